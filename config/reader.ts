/**
 * The short-lived process in which the config is read. A thread would not do: of the 50 MB that the parser and the
 * validator take, a process keeps most when a thread of it ends.
 */
import { flushCompileCache } from 'node:module';
import { seal } from '../model/secret.ts';
import type { Mistake } from './mistake.ts';
import { readConfig } from './read.ts';
import type { SectionTexts } from './section-text.ts';
import { readSources, secretReader } from './sources.ts';
import { stampOf } from './stamp.ts';

/** What crosses: first the monitors in slices, sealed, then the rest; or the mistakes. */
export type Message =
  | { readonly monitors: readonly unknown[] }
  | {
      readonly config: unknown;
      readonly texts: SectionTexts;
      readonly files: readonly string[];
      readonly stamp: string;
      readonly secrets: ReadonlySet<string>;
    }
  | { readonly mistakes: readonly Mistake[] };

const SLICE = 100;

async function run(path: string, post: (message: Message) => void): Promise<void> {
  const before = await stampOf([path]);
  const found = readSources(path);
  if ('mistakes' in found) return post(found);
  const secretFiles = new Set<string>();
  const result = await readConfig(found.sources, process.env, secretReader(secretFiles));
  if ('mistakes' in result) return post(result);
  const { monitors, ...rest } = result.config;
  for (let from = 0; from < monitors.length; from += SLICE)
    post({ monitors: monitors.slice(from, from + SLICE).map(seal) });
  const files = [path, ...secretFiles];
  const after = await stampOf(files);
  // What was written while it was being read makes the stamp one that no later look can match.
  const stamp = after.text.startsWith(before.text) ? after.text : '';
  post({ config: seal(rest), texts: result.texts, files, stamp, secrets: result.secrets });
}

const [path] = process.argv.slice(2);
if (path !== undefined && process.send !== undefined) {
  // Whoever asked is gone, or no longer wants to know.
  process.once('disconnect', () => process.exit());
  process.once('error', () => process.exit());
  await run(path, (message) => {
    // Whoever asked ends this process with the last message: what was compiled is kept for the next reading before that.
    if (!('monitors' in message)) flushCompileCache();
    process.send?.(message);
  });
}
