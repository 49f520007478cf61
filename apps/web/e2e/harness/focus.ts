import { expect, type Locator, type Page } from '@playwright/test';

/** Something has the focus, it is in view, and it shows. */
export async function expectFocusToShow(page: Page): Promise<void> {
  const fault = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'nothing has the focus';
    const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent}`;
    const { width, height, bottom, right } = element.getBoundingClientRect();
    if (width === 0 || height === 0 || bottom < 0 || right < 0) return `${name} is not in view`;
    if (element instanceof HTMLTextAreaElement) return ''; // a caret
    const marked = [element, element.parentElement, ...element.querySelectorAll('*')].some((each) => {
      if (!each) return false;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(each);
      return (
        outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !/\/ 0\)|, 0\)/.test(outlineColor)
      );
    });
    return marked ? '' : `${name} does not show that it has the focus`;
  });
  expect(fault).toBe('');
}

/** Presses a key until something has the focus, which shows all the way. */
export async function pressUntil(page: Page, key: string, target: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press(key);
    await expectFocusToShow(page);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${key} does not lead to ${target}`);
}
