import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../runtime/atomic-file.ts';

/** What a source remembers over a restart, in a file of its own. */
export interface Memory<Known> {
  /** Undefined when there is none yet, or it cannot be understood: it then looks as if for the first time. */
  read(): Promise<Known | undefined>;
  /** Whole or not at all, and durable. Nothing is written when it is as before. */
  write(known: Known): Promise<void>;
}

/** A memory that another version has written would be misunderstood. */
const FORM = 2;

export function openMemory<Known>(folder: string, name: string): Memory<Known> {
  const path = join(folder, `${name}.json`);
  let written = '';
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(() => '');
      try {
        const { form, known } = JSON.parse(text) as { form: number; known: Known };
        if (form !== FORM) return undefined;
        written = text;
        return known;
      } catch {
        return undefined;
      }
    },
    async write(known) {
      const text = JSON.stringify({ form: FORM, known });
      if (text === written) return;
      await writeFileAtomically(path, text);
      written = text;
    },
  };
}
