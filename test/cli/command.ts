import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../../cli/signalbox.mjs', import.meta.url));

export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The command as a process, and what became of it. */
export function start(
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly uid?: number;
    readonly stdout?: number;
  } = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const { stdout = 'pipe', env, ...rest } = options;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    ...rest,
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, ...env },
  });
  const code = new Promise<Ended['code']>((done) => child.once('close', (number, signal) => done(number ?? signal)));
  const whole = (stream: Readable | null) => (stream ? text(stream) : '');
  const ended = Promise.all([code, whole(child.stdout), whole(child.stderr)]).then(([code, out, err]) => ({
    code,
    out,
    err,
  }));
  return { child, ended };
}

/** Runs the command to its end. */
export function run(args: readonly string[], options: Parameters<typeof start>[1] = {}): Promise<Ended> {
  return start(args, options).ended;
}
