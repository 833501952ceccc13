import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Config } from '../model/config.ts';
import type { Monitor } from '../model/monitor.ts';
import { unseal } from '../model/secret.ts';
import { deepFrozen } from './frozen.ts';
import { ConfigInvalid } from './mistake.ts';
import type { Errand, Message } from './thread.ts';

export { ConfigInvalid, type Mistake } from './mistake.ts';

export interface LoadedConfig {
  /** Deeply frozen. */
  readonly config: Config;
  /** What to watch: the config's file or folder first, then the secret files. */
  readonly files: readonly string[];
  /** What the files looked like when they were read: hand it to `watchConfig`, so that no change is missed. */
  readonly stamp: string;
  /** The text of every secret in it, for the redactor. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * Reads and validates the config at `path`, a file or a folder of fragments, in a thread of its own.
 * Rejects with `ConfigInvalid` that holds every mistake, or with the signal's reason.
 */
export async function loadConfig(
  path: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<LoadedConfig> {
  const { env = process.env, signal } = options;
  signal?.throwIfAborted();
  const errand: Errand = { path, env: { ...env } };
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: errand,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 },
  });
  try {
    return await answerOf(worker, signal);
  } finally {
    await worker.terminate();
  }
}

async function answerOf(worker: Worker, signal: AbortSignal | undefined): Promise<LoadedConfig> {
  const slices: (readonly unknown[])[] = [];
  const last = await new Promise<Exclude<Message, { monitors: readonly unknown[] }>>((resolve, reject) => {
    worker.on('message', (message: Message) => {
      if ('monitors' in message) slices.push(message.monitors);
      else resolve(message);
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that reads the config ended without an answer')));
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  if ('mistakes' in last) throw new ConfigInvalid(last.mistakes);
  const monitors: Monitor[] = [];
  for (const slice of slices) {
    for (const one of slice) monitors.push(deepFrozen(unseal(one)) as Monitor);
    // A turn of the loop between slices: probes are running.
    await nextTurn();
  }
  const rest = unseal(last.config) as Omit<Config, 'monitors'>;
  return { config: deepFrozen({ ...rest, monitors }), files: last.files, stamp: last.stamp, secrets: last.secrets };
}
