import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process asks a mount from outside the world. */
export function isAsked(point: string): boolean {
  return processes('stat').some((pid) => textOf(pid, 'cmdline').includes(`/root${point}`));
}

/** The processes of this name that descend from this one. */
export function childrenNamed(name: string): string[] {
  const parents = new Map(processes().map((pid) => [pid, parentOf(pid)]));
  return processes(name).filter((pid) => {
    for (let at: string | undefined = pid; at !== undefined; at = parents.get(at))
      if (at === String(process.pid)) return true;
    return false;
  });
}

function processes(name?: string): string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && (name === undefined || textOf(pid, 'comm').trim() === name),
  );
}

function parentOf(pid: string): string | undefined {
  return /\) \S (\d+)/.exec(textOf(pid, 'stat'))?.[1];
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
