import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { oneLine } from '../../../model/outside-text.ts';
import { type Clock, SECOND } from '../../../model/time.ts';

/** A network namespace without a name: it lasts as long as the process that holds it, and those that were started in it. */
export interface Namespace {
  /** What a command must begin with to run there. */
  readonly door: readonly string[];
  /** The process that holds it. */
  readonly pid: number;
  /** Whether it still is. */
  isHeld(): boolean;
  /** Lets it go, and resolves once its holder is gone. */
  end(): Promise<void>;
}

const START_MS = 5 * SECOND;

/** `cat` ends with its input: also when the box is killed, the namespace goes with it. */
const HOLDER = ['unshare', '--net', 'sh', '-c', 'echo held; exec cat'];

/** Makes a namespace. Rejects, in words, where that is not allowed. */
export async function holdNamespace(clock: Clock, holder: readonly string[] = HOLDER): Promise<Namespace> {
  const [program = '', ...args] = holder;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const cancel = clock.after(START_MS, () => child.kill('SIGKILL'));
  try {
    await held(child);
  } finally {
    cancel();
  }
  const pid = child.pid ?? 0;
  return {
    door: ['nsenter', `--net=/proc/${pid}/ns/net`, '--'],
    pid,
    isHeld: () => child.exitCode === null && child.signalCode === null,
    async end() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function held(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => {
    complaint = (complaint + part.toString()).slice(0, 300);
  });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error('unshare (util-linux) is not installed') : error),
    );
    child.once('close', () => reject(new Error(oneLine(complaint, 300) || 'it ended without a word')));
  });
}
