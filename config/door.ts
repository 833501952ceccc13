import { type ChildProcess, fork } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Monitor } from '../model/monitor.ts';
import { unseal } from '../model/secret.ts';
import type { Config } from './config.ts';
import { deepFrozen } from './frozen.ts';
import { ConfigInvalid } from './mistake.ts';
import type { Message } from './reader.ts';
import type { SectionTexts } from './section-text.ts';

export { ConfigInvalid, type Mistake } from './mistake.ts';

const DEADLINE_MS = 60_000;
const TOO_LATE = `the config could not be read within ${DEADLINE_MS / 1_000} s: does a file system hang?`;

export interface LoadedConfig {
  /** Deeply frozen. */
  readonly config: Config;
  /** What is said of each section when it changes. */
  readonly texts: SectionTexts;
  /** What to watch: the config's file or folder first, then the secret files. */
  readonly files: readonly string[];
  /** What the files looked like when they were read: hand it to `watchConfig`, so that no change is missed. */
  readonly stamp: string;
  /** The text of every secret in it, for the redactor. */
  readonly secrets: ReadonlySet<string>;
}

/**
 * Reads and validates the config at `path`, a file or a folder of fragments, in a process of its own.
 * Rejects with `ConfigInvalid` that holds every mistake, with the signal's reason, or when it takes longer than a minute.
 */
export async function loadConfig(
  path: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<LoadedConfig> {
  const { env = process.env, signal } = options;
  signal?.throwIfAborted();
  const reader = fork(fileURLToPath(new URL('./reader.ts', import.meta.url)), [path], {
    env,
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=256'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    return await answerOf(reader, signal);
  } finally {
    reader.kill();
  }
}

async function answerOf(reader: ChildProcess, signal: AbortSignal | undefined): Promise<LoadedConfig> {
  const slices: (readonly unknown[])[] = [];
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(TOO_LATE)), DEADLINE_MS);
  const off = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  const last = await new Promise<Exclude<Message, { monitors: readonly unknown[] }>>((resolve, reject) => {
    reader.on('message', (message: Message) => {
      if ('monitors' in message) slices.push(message.monitors);
      else resolve(message);
    });
    reader.once('error', reject);
    reader.once('exit', () => reject(new Error('the process that reads the config ended without an answer')));
    off.addEventListener('abort', () => reject(off.reason), { once: true });
  }).finally(() => clearTimeout(timer));
  if ('mistakes' in last) throw new ConfigInvalid(last.mistakes);
  const monitors: Monitor[] = [];
  for (const slice of slices) {
    for (const one of slice) monitors.push(deepFrozen(unseal(one)) as Monitor);
    // A turn of the loop between slices: probes are running.
    await nextTurn();
  }
  const rest = unseal(last.config) as Omit<Config, 'monitors'>;
  const { texts, files, stamp, secrets } = last;
  return { config: deepFrozen({ ...rest, monitors }), texts, files, stamp, secrets };
}
