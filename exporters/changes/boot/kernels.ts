import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { oneLine } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';

/** A kernel that the next boot could take. */
export interface Installed {
  readonly release: string;
  readonly at: Instant;
}

/** The newest of the kernels in a folder such as /boot, and when its file came; undefined when there is none. */
export async function newestKernel(folder: string): Promise<Installed | undefined> {
  const names = await readdir(folder).catch(() => []);
  const releases = names
    .flatMap((name) => /^vmlinu[xz]-(\d.*)$/.exec(name)?.slice(1) ?? [])
    .filter((release) => !/\.(old|bak|dpkg-\w+)$/.test(release))
    .sort(new Intl.Collator('en', { numeric: true }).compare);
  const newest = releases.at(-1);
  if (newest === undefined) return undefined;
  const name = names.find((one) => one.endsWith(`-${newest}`)) ?? '';
  const { ctimeMs } = await stat(join(folder, name));
  return { release: oneLine(newest), at: Math.round(ctimeMs) };
}
