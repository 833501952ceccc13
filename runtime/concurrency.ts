import { CodedError } from '../model/errors.ts';

/** So many are under way and so many wait that one more is not taken. */
export class TooBusy extends CodedError {
  readonly code = 'too-busy';
}

/** Lets a few do something at once; the others wait in order. */
export interface Concurrency {
  /** Resolves when it may begin; disposing of it lets the next one begin. Rejects with `TooBusy`, or with the signal's reason. */
  begin(signal: AbortSignal): Promise<Disposable>;
}

/** `atOnce` may be under way, and `waiting` more may wait. */
export function limitConcurrency(atOnce: number, waiting: number): Concurrency {
  const queue = new Set<() => void>();
  let underWay = 0;

  function end(): void {
    underWay--;
    const [next] = queue;
    next?.();
  }

  function turn(): Disposable {
    underWay++;
    let ended = false;
    return {
      [Symbol.dispose]() {
        if (!ended) end();
        ended = true;
      },
    };
  }

  return {
    async begin(signal) {
      signal.throwIfAborted();
      if (underWay < atOnce) return turn();
      if (queue.size >= waiting) throw new TooBusy(`${underWay} are under way already, and ${queue.size} wait`);
      const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
      const begin = () => {
        queue.delete(begin);
        resolve(turn());
      };
      const leave = () => {
        queue.delete(begin);
        reject(signal.reason);
      };
      queue.add(begin);
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
}
