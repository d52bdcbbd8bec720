/** Has something to save in the last moment of a process. */
export interface EndsWithProcess {
  /** Called while the process exits: nothing asynchronous will be done any more. Must not throw. */
  endNow(): void;
}

// On the process and not in a module, so that all `Logging` instances share one listener, those of another copy of this package too.
const ENDING = Symbol.for('logged-controllers:ends-with-process');

interface ProcessWithEnding {
  [ENDING]?: Set<WeakRef<EndsWithProcess>>;
}

function endAll(): void {
  for (const reference of (process as ProcessWithEnding)[ENDING] ?? []) reference.deref()?.endNow();
}

/**
 * Has `owner` told when the process exits: by `process.exit()`, an uncaught exception or because nothing is left to do.
 * Only the event `exit` is listened to, so none of these changes. An owner that nobody uses any more is let go.
 *
 * @returns what ends this.
 */
export function endWithProcess(owner: EndsWithProcess): () => void {
  const host = process as ProcessWithEnding;
  if (!host[ENDING]) {
    host[ENDING] = new Set();
    process.on('exit', endAll);
  }
  const references = host[ENDING];
  for (const reference of references) if (!reference.deref()) references.delete(reference);
  const added = new WeakRef(owner);
  references.add(added);
  return () => {
    references.delete(added);
    if (references.size > 0 || host[ENDING] !== references) return;
    delete host[ENDING];
    process.off('exit', endAll);
  };
}
