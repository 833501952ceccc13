import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

/** The path of a program that a test needs. Without it the test fails in CI, and elsewhere is skipped and says what is missing. */
export function requireProgram(name: string, test?: TestContext): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  if (process.env.CI) throw new Error(`${name} is not installed, and a test needs it`);
  test?.skip(`needs ${name}`);
  return undefined;
}
