import type { Finding } from '../../model/finding.ts';
import { ours, type Reason, reason } from '../../model/reason.ts';
import { type Clock, SECOND } from '../../model/time.ts';
import { readLines } from '../../programs/lines.ts';
import { killGroup } from '../probes/process-group.ts';
import { answerFor, type Names } from './names.ts';
import { type FromWorker, LINE_BYTES, readFromWorker, VERSION, writeMessage } from './protocol.ts';
import type { CheckRequest } from './vantage.ts';
import { ending, startChild } from './worker-child.ts';

/** A worker that has not answered this long after a deadline hangs itself. */
const STUCK_MS = 5 * SECOND;
const STOP_MS = 2 * SECOND;

/** One life of a vantage worker. */
export interface WorkerProcess {
  /** How many checks it has not answered. */
  readonly pending: number;
  /** Bytes written to it that it has not read. */
  readonly unsentBytes: number;
  /** Asks for one check. Rejects when the probe has a fault of its own. */
  ask(question: Question, signal: AbortSignal): Promise<Finding>;
  /** Lets it end, kills it after two seconds, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** One check, written as a line, and what the worker must be able to do for it. */
export interface Question {
  readonly id: number;
  readonly line: string;
  readonly kind: string;
  readonly hasSecrets: boolean;
  readonly trace: CheckRequest['trace'];
}

interface Pending {
  readonly question: Question;
  readonly answer: (finding: Finding) => void;
  readonly fail: (words: string) => void;
}

export interface WorkerCalls {
  readonly clock: Clock;
  /** What secrets are sealed with. */
  readonly key: Buffer;
  readonly names?: Names;
  /** Told of anything it says that is no message. */
  readonly onNoise: (words: string) => void;
  /** Told why it is gone; answers with the reason for the checks it has left undone. */
  readonly onGone: (why: string) => Reason;
}

/** Starts a worker. It is told nothing before its hello. When it is gone, also by SIGKILL, every process group that it had started is killed. */
export function startWorker(
  command: readonly string[],
  { clock, key, names, onNoise, onGone }: WorkerCalls,
): WorkerProcess {
  const child = startChild(command, key);
  const pending = new Map<number, Pending>();
  const groups = new Set<number>();
  let greeting: Hello | undefined;
  let unsaid = '';
  let refused: string | undefined;
  const gone = ending(child).then((why) => {
    for (const group of groups) killGroup(group, 'SIGKILL');
    const undone = onGone(refused ?? why);
    for (const { answer } of [...pending.values()]) answer({ verdict: 'unknown', reason: undone });
  });
  const tell = (line: string) => {
    if (greeting === undefined) unsaid += line;
    else child.stdin.write(line);
  };
  const greet = (hello: Hello) => {
    refused = whyRefused(hello);
    if (refused !== undefined) return void child.kill('SIGKILL');
    greeting = hello;
    for (const { question, answer } of [...pending.values()])
      if (!answerAlready(question, hello, answer)) child.stdin.write(question.line);
    child.stdin.write(unsaid);
    unsaid = '';
  };
  const hearLine = (line: string) => {
    const message = readFromWorker(line);
    if (message?.type === 'hello') greet(message);
    else if (message?.type === 'resolve')
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
      if (greeting !== undefined) return child.stdin.writableLength;
      return [...pending.values()].reduce((sum, { question }) => sum + question.line.length, 0);
    },
    ask(question, signal) {
      const { id } = question;
      return new Promise((resolve, reject) => {
        let cancelStuck = () => {};
        const cancel = () => {
          tell(writeMessage({ type: 'cancel', id }));
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
        if (greeting !== undefined && answerAlready(question, greeting, answer)) return;
        pending.set(id, { question, answer, fail });
        if (greeting !== undefined) child.stdin.write(question.line);
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

type Hello = FromWorker & { type: 'hello' };

function whyRefused({ version }: Hello): string | undefined {
  if (version === VERSION) return undefined;
  return `it speaks version ${version} of the protocol, and this box ${VERSION}: both must be of one release`;
}

/** What need not be asked, as this worker cannot or may not. */
function answerAlready(
  { kind, hasSecrets }: Question,
  { kinds, keyed }: Hello,
  answer: (finding: Finding) => void,
): boolean {
  const why = !kinds.includes(kind)
    ? reason`its worker has no probe of the kind ${ours(kind)}`
    : hasSecrets && !keyed
      ? ['its settings hold a secret, and its worker was given no key for it']
      : undefined;
  if (why !== undefined) answer({ verdict: 'unknown', reason: why });
  return why !== undefined;
}

function hear(
  message: Exclude<FromWorker, { type: 'resolve' | 'hello' }>,
  pending: Map<number, Pending>,
  groups: Set<number>,
): void {
  if (message.type === 'group') {
    if (message.runs) groups.add(message.pid);
    else groups.delete(message.pid);
    return;
  }
  const waiting = pending.get(message.id);
  if (message.type === 'finding') waiting?.answer(message.finding);
  else if (message.type === 'fault') waiting?.fail(message.words);
  else waiting?.question.trace?.(message.step, message.detail);
}
