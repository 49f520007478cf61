import { expect, type Page } from '@playwright/test';

/** Nothing is wider than the window, and nothing can be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const isHiddenForEyes = (element: Element) => element.clientWidth <= 1;
    const nameOf = (element: Element) =>
      `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`;
    return [...document.querySelectorAll('body, body *')]
      .filter((element) => {
        if (!element.checkVisibility() || isHiddenForEyes(element)) return false;
        const { left, right } = element.getBoundingClientRect();
        const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
        return (
          left < -1 || right > innerWidth + 1 || (scrolls && element.scrollWidth > element.clientWidth + 1)
        );
      })
      .map(nameOf);
  });
  expect(wide).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}
