import { expect, type Page } from '@playwright/test';
import type { Chat } from './chat.ts';

interface Anchor {
  /** The beginning of its text. */
  readonly text: string;
  /** Where it is below the upper edge of what is seen. */
  readonly top: number;
}

/** The message in the middle of what is seen, and where it is. */
export async function anchorOf({ log }: Chat): Promise<Anchor> {
  return await log.evaluate((element) => {
    const frame = element.getBoundingClientRect();
    const middle = frame.top + frame.height / 2;
    const article = [...element.querySelectorAll('article')].find(
      (each) => each.getBoundingClientRect().bottom >= middle,
    );
    if (!article) throw new Error('no message in the middle');
    return { text: article.textContent.slice(0, 30), top: article.getBoundingClientRect().top - frame.top };
  });
}

/** How far a message is from where it was. */
export async function movedBy({ log }: Chat, { text, top }: Anchor): Promise<number> {
  return await log.evaluate(
    (element, at) => {
      const article = [...element.querySelectorAll('article')].find((each) =>
        each.textContent.startsWith(at.text),
      );
      if (!article) return Number.POSITIVE_INFINITY;
      return Math.abs(article.getBoundingClientRect().top - element.getBoundingClientRect().top - at.top);
    },
    { text, top },
  );
}

/** Turns the wheel over the messages. */
export async function turnWheel(page: Page, chat: Chat, deltaY: number): Promise<void> {
  await chat.log.hover();
  await page.mouse.wheel(0, deltaY);
}

/** Until nothing moves any more: twenty frames in a row with every message where it was. */
export async function expectStill(chat: Chat): Promise<void> {
  await expect
    .poll(() =>
      chat.log.evaluate(async (element) => {
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        const place = () => `${element.scrollTop} ${element.scrollHeight}`;
        const before = place();
        for (let frames = 0; frames < 20; frames += 1) await frame();
        return place() === before;
      }),
    )
    .toBe(true);
}
