import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where cgroup2 is mounted: alone, or beside the old hierarchies. */
export function cgroupRoot(): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1];
}

/** Removes a cgroup and those below; false while something still runs in one. */
export function removeCgroup(path: string): boolean {
  try {
    for (const one of readdirSync(path, { withFileTypes: true }))
      if (one.isDirectory()) removeCgroup(join(path, one.name));
    rmdirSync(path);
  } catch {}
  return !existsSync(path);
}

/** The numbers of all processes that a process has started, and they. */
export function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    return children.filter((one) => one > 0).flatMap((one) => [one, ...descendants(one)]);
  } catch {
    return [];
  }
}

/** A process's number in its innermost namespace. */
export function insideNumber(pid: number): string | undefined {
  try {
    return /^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
