import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { readLines } from '../../programs/lines.ts';
import { LINE_BYTES } from './protocol.ts';
import { KEY_FD } from './sealing.ts';

/** The process of a worker, and its pipes. */
export type WorkerChild = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts it, and hands it the key by a pipe of its own. */
export function startChild(command: readonly string[], key: Buffer): WorkerChild {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...sameCompileCache(), [KEY_FD]: '3' },
  });
  child.stdin?.on('error', () => {});
  const handed = child.stdio[3] as Writable;
  handed.on('error', () => {});
  handed.end(key);
  return child as WorkerChild;
}

/** Our worker finds its modules compiled where this process does: without, the compiler's 25 MB stay in its memory. */
function sameCompileCache(): Record<string, string> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** Resolves with the reason, and the last thing it complained of, when the process is over. */
export function ending(child: WorkerChild): Promise<string> {
  let complaint = '';
  let unstarted: string | undefined;
  readLines(child.stderr, LINE_BYTES, (line) => {
    if (/\S/.test(line)) complaint = `: ${line.trim().slice(0, 300)}`;
  });
  return new Promise((resolve) => {
    child.once('error', (fault) => {
      unstarted = `it cannot be started (${fault.message})`;
    });
    child.once('close', (code, signal) =>
      resolve(unstarted ?? `it ended (${signal ?? `exit code ${code}`})${complaint}`),
    );
  });
}
