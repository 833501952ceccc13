import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { oneLine } from '../../model/outside-text.ts';
import { SECOND } from '../../model/time.ts';
import type { Machine } from './machine.ts';

const LONGEST_MS = 10 * SECOND;
const MOST_BYTES = 16 * 1024 * 1024;

/** The path of a program; undefined where there is none. */
export async function findProgram({ path }: Machine, name: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((one) => one !== '')) {
    const found = join(folder, name);
    const isThere = await access(found, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return found;
  }
  return undefined;
}

/** What a program prints. Rejects with what it complained of, and when it takes longer than ten seconds: it is killed then. */
export function outputOf(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const options = {
    signal,
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  } as const;
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, out, complaint) => {
      if (error === null) resolve(out);
      else reject(new Error(`${program}: ${oneLine(complaint) || oneLine(error.message)}`, { cause: error }));
    });
  });
}
