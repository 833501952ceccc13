import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether a process still runs; one that is dead and not yet collected does not. */
export function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until a process is gone, 10 s at most. */
export async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; runs(pid); tries++) {
    assert.ok(tries < 500, `process ${pid} still runs`);
    await wait(20);
  }
}

/** Waits until a file has so many lines, 10 s at most, and gives them. */
export async function linesOf(file: string, count: number): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    if (lines.length >= count) return lines;
    assert.ok(tries < 500, `${file} has ${lines.length} lines of ${count}`);
    await wait(20);
  }
}
