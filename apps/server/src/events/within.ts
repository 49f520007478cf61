/** Resolves when `work` is done, however it ends, or after `ms`. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([late, work.then(noop, noop)]);
  clearTimeout(timer);
}

function noop(): void {}
