import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the exporter looks. */
export interface Machine {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** Where programs are found, as `PATH` has it. */
  readonly path: string;
}

/**
 * The zone that programs write local times in: what `/etc/localtime` leads to (localtime(5)), else what `/etc/timezone` names. Undefined when it is
 * this process's own.
 */
export async function zoneOf({ root }: Machine): Promise<string | undefined> {
  // Without TZ Node asks the same file.
  if (root === '/' && !process.env.TZ) return undefined;
  const link = await readlink(join(root, 'etc/localtime')).catch(() => '');
  const named = await readFile(join(root, 'etc/timezone'), 'utf8').catch(() => '');
  const candidates = [/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(link)?.[1], named.trim()];
  const zone = candidates.find(isZone);
  return root === '/' && zone === process.env.TZ ? undefined : zone;
}

function isZone(name: string | undefined): name is string {
  if (!name) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
