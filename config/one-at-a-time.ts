/** Something that is done again when asked, never twice at once. */
export interface Turns<T> {
  /** Does it, from its beginning, after this call; all who ask while one is under way share the next one. */
  again(): Promise<T>;
  /** Resolves once nothing is under way. */
  settled(): Promise<void>;
}

/** Turns of `act`, which never rejects. */
export function oneAtATime<T>(act: () => Promise<T>): Turns<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return {
    again() {
      next ??= running.then(() => {
        if (next !== undefined) running = next;
        next = undefined;
        return act();
      });
      return next;
    },
    async settled() {
      await (next ?? running);
    },
  };
}
