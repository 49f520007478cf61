type Undo = () => Promise<void> | void;

const undos = new Set<Undo>();

/** Notes what undoes something that was started; the function returned does it, once, and so does the end of the run. */
export function onEnd(undo: Undo): () => Promise<void> {
  undos.add(undo);
  return async () => {
    if (undos.delete(undo)) await undo();
  };
}

/** Undoes whatever is left, the latest first. */
export async function undoAll(): Promise<void> {
  for (const undo of [...undos].reverse()) {
    undos.delete(undo);
    await Promise.resolve()
      .then(undo)
      .catch((error: unknown) => console.error(error));
  }
}
