import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { probeKinds } from '../../collector/probes/index.ts';
import { mistakeInWords } from '../../config/mistake.ts';
import { orList } from '../../config/nearest.ts';
import { readConfig } from '../../config/read.ts';
import { secretReader } from '../../config/sources.ts';
import type { Source } from '../../config/tree.ts';

const FOLDER = join(import.meta.dirname, 'mistakes');

/** The environment that the samples are read with. */
const ENV = {
  SIGNALBOX_EMPTY: '',
  SIGNALBOX_SHORT: 'abc',
  SIGNALBOX_TOKEN: 'not-to-be-shown-either',
  SIGNALBOX_URL: 'https://me:not-to-be-shown-either@example.net/',
};

/** All kinds of probes, so that a new one changes no sample. */
const KINDS = orList(Object.keys(probeKinds));

/** One sample with mistakes: a file, or a folder of fragments. */
export interface Sample {
  readonly name: string;
  /** What its comments say that comes of it: a line for each mistake, in order. */
  readonly expected: readonly string[];
  readonly sources: readonly Source[];
}

export function samples(): Sample[] {
  return readdirSync(FOLDER)
    .filter((name) => name !== 'secrets')
    .sort()
    .map((name) => {
      const whole = join(FOLDER, name);
      const files = statSync(whole).isDirectory()
        ? readdirSync(whole)
            .sort()
            .map((file) => join(name, file))
        : [name];
      const sources = files.map((file) => ({ file, text: readFileSync(join(FOLDER, file), 'utf8') }));
      return { name, sources, expected: sources.flatMap(({ text }) => expectedIn(text)) };
    });
}

function expectedIn(text: string): string[] {
  return [...text.matchAll(/^# expect: (.*)$/gm)].map((match) => (match[1] ?? '').replace('<kinds>', KINDS));
}

/** What the door says of a sample. */
export async function mistakesOf({ sources }: Sample): Promise<string[]> {
  const read = secretReader(new Set());
  const result = await readConfig(sources, ENV, (path, file) => read(path, join(FOLDER, file)));
  return 'mistakes' in result ? result.mistakes.map(mistakeInWords) : [];
}
