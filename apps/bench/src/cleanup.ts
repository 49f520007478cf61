const undos = new Set<() => Promise<void>>();
let ending = false;

/** Notes what undoes something that is being started; the function returned does it, once, and so does the end of the run. */
export function onEnd(undo: () => Promise<void> | void): () => Promise<void> {
  let done: Promise<void> | undefined;
  const once = () => {
    done ??= Promise.resolve()
      .then(undo)
      .finally(() => undos.delete(once));
    return done;
  };
  undos.add(once);
  if (ending) throw new Error('the run is ending');
  return once;
}

/** Undoes whatever is left, the latest first, and waits for what is being undone; nothing is started any more. */
export async function undoAll(): Promise<void> {
  ending = true;
  for (let last = latest(); last; last = latest()) {
    await last().catch((error: unknown) => console.error(error));
  }
}

export function isEnding(): boolean {
  return ending;
}

function latest(): (() => Promise<void>) | undefined {
  return [...undos].at(-1);
}
