import { PATIENCE_MS } from '@duet/testing/wait';
import type { CDPSession, Page } from '@playwright/test';
import { seedHistory } from './harness/history.ts';
import { expect, test } from './harness/test.ts';

// How long a page takes on a machine four times slower than this one. Printed, not judged.

const SLOWER = 4;
const MESSAGES = 10_000;
/** Turns of a wheel, one after the other as a finger makes them. */
const TURNS = 150;

declare global {
  interface Window {
    figures: { longTasks: number[]; shift: number; largestPaint: number; frames: number[] };
  }
}

test.use({ trace: 'off', viewport: { width: 1280, height: 800 } });
test.describe.configure({ mode: 'serial', timeout: 10 * PATIENCE_MS });

async function slowDown(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  return cdp;
}

async function collect(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const figures = { longTasks: [] as number[], shift: 0, largestPaint: 0, frames: [] as number[] };
    window.figures = figures;
    const observe = (type: string, each: (entry: PerformanceEntry) => void) =>
      new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
    observe('longtask', ({ duration }) => figures.longTasks.push(duration));
    observe('largest-contentful-paint', ({ startTime }) => {
      figures.largestPaint = startTime;
    });
    observe('layout-shift', (entry) => {
      if ('value' in entry && typeof entry.value === 'number') figures.shift += entry.value;
    });
    let before = 0;
    const frame = (now: number) => {
      if (before > 0) figures.frames.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

interface Figures {
  readonly firstPaint: number;
  readonly largestPaint: number;
  readonly shift: number;
  readonly longTasks: readonly number[];
  readonly frames: readonly number[];
}

const figuresOf = (page: Page): Promise<Figures> =>
  page.evaluate(() => ({
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    ...window.figures,
  }));

function print(what: string, { firstPaint, largestPaint, shift, longTasks }: Figures): void {
  // As Lighthouse counts: what a task takes beyond 50 ms keeps an input waiting.
  const blocked = longTasks.reduce((sum, duration) => sum + duration - 50, 0);
  console.log(
    `${what}: first paint ${firstPaint.toFixed(0)} ms, largest ${largestPaint.toFixed(0)} ms, shift ${shift.toFixed(3)}, ` +
      `${longTasks.length} long tasks that block ${blocked.toFixed(0)} ms`,
  );
}

test(`on a machine ${SLOWER} times slower`, async ({ visit, join, enrol }) => {
  const [stranger, ada, ben] = await Promise.all([visit(), join('Ada'), enrol('Ben')]);
  const id = await seedHistory(ada, ben, MESSAGES);

  await collect(stranger.page);
  await slowDown(stranger.page);
  await stranger.page.goto('/');
  await expect(stranger.page.getByLabel('Name')).toBeVisible();
  await stranger.page.waitForLoadState('networkidle');
  print('the way in', await figuresOf(stranger.page));

  const { page, chat } = ada;
  await collect(page);
  await slowDown(page);
  await page.goto(`/#/c/${id}`);
  await expect(chat.message(`No. ${MESSAGES}: the newest`)).toBeInViewport();
  await page.waitForLoadState('networkidle');
  print(`a conversation of ${MESSAGES} messages`, await figuresOf(page));

  await page.evaluate(() => {
    window.figures.longTasks.length = 0;
    window.figures.frames.length = 0;
  });
  await chat.log.hover();
  for (let turn = 0; turn < TURNS; turn += 1) await page.mouse.wheel(0, -400);
  const { longTasks, frames } = await figuresOf(page);
  const sorted = [...frames].sort((one, other) => one - other);
  const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
  console.log(
    `scrolling through it: ${frames.length} frames, median ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms; ` +
      `${longTasks.length} long tasks, longest ${Math.max(0, ...longTasks).toFixed(0)} ms; ${await chat.messages.count()} rows in the page`,
  );
});
