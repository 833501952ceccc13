import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Finding } from '../../model/finding.ts';
import { type Clock, SECOND } from '../../model/time.ts';
import { readLines } from '../../programs/lines.ts';
import { killGroup } from '../probes/process-group.ts';
import { answerFor, type Names } from './names.ts';
import { type FromWorker, LINE_BYTES, readFromWorker, writeMessage } from './protocol.ts';
import type { CheckRequest } from './vantage.ts';

/** A worker that has not answered this long after a deadline hangs itself. */
const STUCK_MS = 5 * SECOND;
const STOP_MS = 2 * SECOND;

/** One life of a vantage worker. */
export interface WorkerProcess {
  /** How many checks it has not answered. */
  readonly pending: number;
  /** Bytes written to it that it has not read. */
  readonly unsentBytes: number;
  /** Asks for one check, already written as a line. Rejects when the probe has a fault of its own. */
  ask(id: number, line: string, trace: CheckRequest['trace'], signal: AbortSignal): Promise<Finding>;
  /** Lets it end, kills it after two seconds, and resolves when it is gone. */
  stop(): Promise<void>;
}

interface Pending {
  readonly answer: (finding: Finding) => void;
  readonly fail: (words: string) => void;
  readonly trace: CheckRequest['trace'];
}

export interface WorkerCalls {
  readonly clock: Clock;
  readonly names?: Names;
  /** Told of anything it says that is no message. */
  readonly onNoise: (words: string) => void;
  /** Told why it is gone; answers with the words for the checks it has left undone. */
  readonly onGone: (why: string) => string;
}

/** Starts a worker. When it is gone, also by SIGKILL, every process group that it had started is killed. */
export function startWorker(command: readonly string[], { clock, names, onNoise, onGone }: WorkerCalls): WorkerProcess {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...sameCompileCache() },
  });
  const pending = new Map<number, Pending>();
  const groups = new Set<number>();
  child.stdin.on('error', () => {});
  const gone = ending(child).then((why) => {
    for (const group of groups) killGroup(group, 'SIGKILL');
    const reason = onGone(why);
    for (const { answer } of [...pending.values()]) answer({ verdict: 'unknown', reason });
  });
  const hearLine = (line: string) => {
    const message = readFromWorker(line);
    if (message?.type === 'resolve')
      void answerFor(message, names).then((answer) => child.stdin.write(writeMessage(answer)));
    else if (message !== undefined) hear(message, pending, groups);
    else onNoise(`said something that is no message: ${JSON.stringify(line.slice(0, 100))}`);
  };
  readLines(child.stdout, LINE_BYTES, hearLine, () => onNoise(`said a line of more than ${LINE_BYTES} bytes`));

  return {
    get pending() {
      return pending.size;
    },
    get unsentBytes() {
      return child.stdin.writableLength;
    },
    ask(id, line, trace, signal) {
      return new Promise((resolve, reject) => {
        let cancelStuck = () => {};
        const cancel = () => {
          child.stdin.write(writeMessage({ type: 'cancel', id }));
          cancelStuck = clock.after(STUCK_MS, () => child.kill('SIGKILL'));
        };
        const done = () => {
          signal.removeEventListener('abort', cancel);
          cancelStuck();
          pending.delete(id);
        };
        const answer = (finding: Finding) => {
          done();
          resolve(finding);
        };
        const fail = (words: string) => {
          done();
          reject(new Error(words));
        };
        pending.set(id, { trace, answer, fail });
        child.stdin.write(line);
        if (signal.aborted) cancel();
        else signal.addEventListener('abort', cancel, { once: true });
      });
    },
    async stop() {
      child.stdin.end();
      const cancel = clock.after(STOP_MS, () => child.kill('SIGKILL'));
      await gone;
      cancel();
    },
  };
}

/** Our worker finds its modules compiled where this process does: without, the compiler's 25 MB stay in its memory. */
function sameCompileCache(): Record<string, string> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** Resolves with the reason, and the last thing it complained of, when the process is over. */
function ending(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<string> {
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

function hear(
  message: Exclude<FromWorker, { type: 'resolve' }>,
  pending: Map<number, Pending>,
  groups: Set<number>,
): void {
  if (message.type === 'ready') return;
  if (message.type === 'group') {
    if (message.runs) groups.add(message.pid);
    else groups.delete(message.pid);
    return;
  }
  const waiting = pending.get(message.id);
  if (message.type === 'finding') waiting?.answer(message.finding);
  else if (message.type === 'fault') waiting?.fail(message.words);
  else waiting?.trace?.(message.step, message.detail);
}
