import type { Locator, Page } from '@playwright/test';

/** The app as somebody sees it: a whole page, or one side of two. */
export class Chat {
  readonly root: Page | Locator;

  constructor(root: Page | Locator) {
    this.root = root;
  }

  get conversations(): Locator {
    return this.root.getByRole('navigation', { name: 'Conversations' });
  }

  get rows(): Locator {
    return this.conversations.getByRole('link');
  }

  row(name: string): Locator {
    return this.rows.filter({ hasText: name });
  }

  get thread(): Locator {
    return this.root.getByRole('region', { name: 'Conversation with' });
  }

  get log(): Locator {
    return this.root.getByRole('log');
  }

  get messages(): Locator {
    return this.log.getByRole('article');
  }

  message(text: string | RegExp): Locator {
    return this.messages.filter({ hasText: text });
  }

  /** How a message of mine stands. */
  standing(text: string | RegExp, name: 'Waiting to be sent' | 'Sent' | 'Read' | 'Not sent'): Locator {
    return this.message(text).getByRole('img', { name, exact: true });
  }

  get field(): Locator {
    return this.root.getByRole('textbox', { name: 'Message to' });
  }

  /** What is said of the connection; empty while it is as it should be. */
  get connection(): Locator {
    return this.root.getByRole('status', { name: 'Connection' });
  }

  /** What is said of what this browser does not keep; empty while it keeps everything. */
  get storage(): Locator {
    return this.root.getByRole('status', { name: 'Storage' });
  }

  get back(): Locator {
    return this.thread.getByRole('button', { name: 'Back to conversations' });
  }

  async open(name: string): Promise<void> {
    await this.row(name).click();
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }
}
