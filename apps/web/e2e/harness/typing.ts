import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, type Locator } from '@playwright/test';

/** Typing shows for some seconds. A slow machine may look too late, so it is gone on with until it was seen. */
export async function whileTyping(field: Locator, see: () => Promise<unknown>): Promise<void> {
  await expect(async () => {
    await field.pressSequentially('m');
    await see();
  }).toPass({ timeout: PATIENCE_MS });
}

/** How long to look in between. */
export const A_LOOK = { timeout: 3000 };
