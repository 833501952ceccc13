import { spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../model/time.ts';
import type { Looked, LookTask } from './look.ts';

export type Reply = { readonly looked: Looked } | { readonly failed: string };

/** One that was called off has so long to end the programs that it has started. */
const GRACE_MS = 500;
const PROGRAM = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=4',
  '--max-old-space-size=256',
  fileURLToPath(new URL('./look-process.ts', import.meta.url)),
];

/**
 * Looks in a process of its own, which ends with it: a thread would leave 25 MB in the box's memory. Rejects in words when nothing can be
 * seen, or with the signal's reason.
 */
export async function lookApart(task: LookTask, clock: Clock, signal: AbortSignal): Promise<Looked> {
  signal.throwIfAborted();
  const cache = getCompileCacheDir();
  const child = spawn(process.execPath, PROGRAM, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...(cache !== undefined && { NODE_COMPILE_CACHE: dirname(cache) }) },
  });
  let cancel = () => {};
  const callOff = () => {
    child.kill('SIGTERM');
    cancel = clock.after(GRACE_MS, () => child.kill('SIGKILL'));
  };
  signal.addEventListener('abort', callOff, { once: true });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(task));
  try {
    const [said, complaint, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    signal.throwIfAborted();
    if (end !== 'exit code 0') throw new Error(`its process ended with ${end}: ${complaint.trim().slice(-300)}`);
    const reply = JSON.parse(said) as Reply;
    if ('failed' in reply) throw new Error(reply.failed);
    return reply.looked;
  } finally {
    signal.removeEventListener('abort', callOff);
    cancel();
  }
}
