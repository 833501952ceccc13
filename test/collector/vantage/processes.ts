import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../integration/until.ts';

/** Whether a process still runs; one that is dead and not yet collected does not. */
export function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until a process is gone. */
export async function untilGone(pid: number): Promise<void> {
  await until(() => !runs(pid), 60_000, `process ${pid} is gone`);
}

/** Waits until a file has so many lines, and gives them. */
export async function linesOf(file: string, count: number): Promise<string[]> {
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []);
  await until(() => lines().length >= count, 60_000, `${file} has ${count} lines`);
  return lines();
}
