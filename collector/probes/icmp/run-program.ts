import { spawn } from 'node:child_process';
import type { Clock } from '../../../model/time.ts';

/** What a program printed, standard output and error together, and how it ended. */
export interface Ran {
  readonly output: string;
  /** How long the system took to start it, in milliseconds. */
  readonly startedMs: number;
  /** It was killed at the signal, with all it had started. */
  readonly wasKilled: boolean;
}

const LARGEST_OUTPUT = 64 * 1024;

/** Runs a program without a shell, in a process group of its own that the signal kills. Rejects when it cannot be started. */
export function runProgram(path: string, args: readonly string[], signal: AbortSignal, clock: Clock): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  const began = clock.monotonic();
  const environment = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: environment });
  let startedMs = 0;
  let output = '';
  let wasKilled = false;
  const kill = () => {
    wasKilled = true;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const keep = (chunk: string) => {
    if (output.length < LARGEST_OUTPUT) output += chunk.slice(0, LARGEST_OUTPUT - output.length);
  };
  child.on('spawn', () => {
    startedMs = clock.monotonic() - began;
    if (signal.aborted) kill();
  });
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  signal.addEventListener('abort', kill, { once: true });
  const settle = (end: () => void) => {
    signal.removeEventListener('abort', kill);
    end();
  };
  child.on('error', (error) => settle(() => reject(error)));
  child.on('close', () => settle(() => resolve({ output, startedMs, wasKilled })));
  return promise;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
