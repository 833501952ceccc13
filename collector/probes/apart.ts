import { Worker } from 'node:worker_threads';

/** Longer than any honest expression takes on a body of the usual size. */
const MOST_MS = 2_000;

/** What to do in a thread: an exported function of a module, and plain data for it. */
export interface Job {
  readonly module: URL;
  readonly call: string;
  readonly args: readonly unknown[];
}

const THREAD = `
const { parentPort, workerData: { module, call, args } } = require('node:worker_threads');
import(module).then((loaded) => {
  parentPort.postMessage('begun');
  const began = performance.now();
  const result = loaded[call](...args);
  parentPort.postMessage({ result, tookMs: performance.now() - began });
});`;

/** The result, and how long the work itself took. */
export interface Outcome<T> {
  readonly result: T;
  readonly tookMs: number;
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Does work in a thread that is ended when it takes too long; undefined then, and when the signal is aborted. One at a time,
 * for a thread takes memory and about 60 ms to start: this is for what would hold the loop, and for nothing else.
 * Rejects when the work throws.
 */
export function apart<T>(job: Job, signal: AbortSignal): Promise<Outcome<T> | undefined> {
  const mine = turn.then(() => (signal.aborted ? undefined : run<T>(job, signal)));
  turn = mine.catch(() => {});
  return mine;
}

function run<T>({ module, call, args }: Job, signal: AbortSignal): Promise<Outcome<T> | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, {
      eval: true,
      workerData: { module: module.href, call, args },
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      void worker.terminate();
    };
    const giveUp = (): void => {
      end();
      resolve(undefined);
    };
    signal.addEventListener('abort', giveUp);
    worker.on('message', (said: 'begun' | Outcome<T>) => {
      if (said === 'begun') {
        // How long a thread takes to start is the machine's affair; the signal is what ends that.
        timer = setTimeout(giveUp, MOST_MS);
        return;
      }
      end();
      resolve(said);
    });
    worker.once('error', (error) => {
      end();
      reject(error);
    });
  });
}
