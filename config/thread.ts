/** The short-lived thread in which the config is read: zod and yaml never live in the running box's own. */
import { parentPort, workerData } from 'node:worker_threads';
import { seal } from '../model/secret.ts';
import type { Mistake } from './mistake.ts';
import { readConfig } from './read.ts';
import { readSources, secretReader } from './sources.ts';
import { stampOf } from './stamp.ts';

export interface Errand {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What crosses: first the monitors in slices, sealed, then the rest; or the mistakes. */
export type Message =
  | { readonly monitors: readonly unknown[] }
  | {
      readonly config: unknown;
      readonly files: readonly string[];
      readonly stamp: string;
      readonly secrets: ReadonlySet<string>;
    }
  | { readonly mistakes: readonly Mistake[] };

const SLICE = 100;

async function run({ path, env }: Errand, post: (message: Message) => void): Promise<void> {
  const before = await stampOf([path]);
  const found = readSources(path);
  if ('mistakes' in found) return post(found);
  const secretFiles = new Set<string>();
  const result = await readConfig(found.sources, env, secretReader(secretFiles));
  if ('mistakes' in result) return post(result);
  const { monitors, ...rest } = result.config;
  for (let from = 0; from < monitors.length; from += SLICE)
    post({ monitors: monitors.slice(from, from + SLICE).map(seal) });
  const files = [path, ...secretFiles];
  const after = await stampOf(files);
  // What was written while it was being read makes the stamp one that no later look can match.
  const stamp = after.text.startsWith(before.text) ? after.text : '';
  post({ config: seal(rest), files, stamp, secrets: result.secrets });
}

const port = parentPort;
if (port !== null) await run(workerData as Errand, (message) => port.postMessage(message));
