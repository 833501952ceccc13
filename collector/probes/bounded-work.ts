import vm from 'node:vm';

/**
 * Work on texts from outside must not hold the loop, and an expression can take for ever on the wrong one. JavaScript has no
 * way to end itself, but V8 can be told to end what runs in a `vm.Script`. That costs a thread, about 0.2 ms, each time.
 */
let script: vm.Script | undefined;
let current: (() => unknown) | undefined;

/** A result in time; without `done` the work was ended. */
export interface InTime<T> {
  readonly done?: T;
}

/** How often work is begun again that was ended while others had the processor. */
const MOST_TRIES = 5;

/**
 * Does pure, synchronous work, and ends it when it takes longer than `ms`; on a machine that gives its processor to others meanwhile, it
 * may be begun again. Throws what the work throws.
 */
export function withinMs<T>(ms: number, work: () => T): InTime<T> {
  script ??= prepare();
  for (let tries = 1; ; tries++) {
    const before = processorMs();
    current = work;
    try {
      return { done: script.runInThisContext({ timeout: ms }) as T };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      if (tries === MOST_TRIES || processorMs() - before >= ms / 2) return {};
    } finally {
      current = undefined;
    }
  }
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The script sees nothing but the globals of the process; this one is the way to the work. */
function prepare(): vm.Script {
  Object.defineProperty(globalThis, Symbol.for('signalbox.bounded-work'), { value: () => current?.() });
  return new vm.Script(`globalThis[Symbol.for('signalbox.bounded-work')]()`, { filename: 'bounded-work' });
}
