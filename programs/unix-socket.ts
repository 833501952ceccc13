import { lstat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { messageOf } from '../model/errors.ts';
import { oneLine } from '../model/outside-text.ts';
import { SECOND, spanInWords } from '../model/time.ts';
import { splitLines } from './lines.ts';

/** As in collector/node-http.ts: the module by `import` costs 13 MB more. */
const { request } = process.getBuiltinModule('node:http');

/** What one answer may hold: a thousand containers and their labels. */
const MOST_BYTES = 32 * 1024 * 1024;
const LONGEST_MS = 20 * SECOND;
/** A longer line of a stream is left out. */
const LINE_BYTES = 512 * 1024;

/** A daemon gave no answer that can be used; the message says why. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** There is no such socket. */
  readonly absent: boolean;
  /** The status that it answered with, where that was not 200. */
  readonly status: number | undefined;

  constructor(words: string, { absent = false, status }: { absent?: boolean; status?: number } = {}) {
    super(words);
    this.absent = absent;
    this.status = status;
  }
}

/** Asks the daemon at a unix socket over HTTP, GET alone, for JSON of at most 32 MB. Rejects with `NoAnswer`, or with the signal's reason. */
export async function ask(
  socketPath: string,
  path: string,
  signal: AbortSignal,
  longestMs = LONGEST_MS,
): Promise<unknown> {
  const late = AbortSignal.timeout(longestMs);
  try {
    return JSON.parse(await wholeAnswer(socketPath, path, AbortSignal.any([signal, late])));
  } catch (error) {
    if (signal.aborted || error instanceof NoAnswer) throw error;
    const when = `within ${spanInWords(longestMs)}`;
    if (late.aborted) throw new NoAnswer(`${socketPath} did not answer ${withoutQuery(path)} ${when}`);
    throw new NoAnswer(`${socketPath} answered ${withoutQuery(path)} with something that is no JSON`);
  }
}

/** Tells each object of an answer that goes on, one a line, until it ends, and before when it begins. What is no object is left out. Rejects as `ask` does. */
export async function hear(
  socketPath: string,
  path: string,
  signal: AbortSignal,
  onObject: (object: Readonly<Record<string, unknown>>) => void,
  onOpen?: () => void,
): Promise<void> {
  const { take } = splitLines(LINE_BYTES, (line) => {
    const object = objectIn(line);
    if (object !== undefined) onObject(object);
  });
  for await (const piece of answerTo(socketPath, path, signal, onOpen)) take(piece);
}

/** Whether there is a socket, or a link: `/var/run/docker.sock` may lead to where a rootless daemon listens. */
export async function isSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSocket() === true || found?.isSymbolicLink() === true;
}

async function wholeAnswer(socketPath: string, path: string, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answerTo(socketPath, path, signal)) {
    bytes += piece.length;
    if (bytes > MOST_BYTES)
      throw new NoAnswer(`${socketPath} answered ${withoutQuery(path)} with more than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The body of an answer as it comes. */
async function* answerTo(
  socketPath: string,
  path: string,
  signal: AbortSignal,
  onOpen?: () => void,
): AsyncGenerator<Buffer> {
  const answer = await open(socketPath, path, signal);
  onOpen?.();
  try {
    yield* answer;
  } catch (error) {
    signal.throwIfAborted();
    throw new NoAnswer(`${socketPath} broke off its answer to ${withoutQuery(path)}: ${wordsOf(error)}`);
  }
}

function open(socketPath: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, signal, agent: false, headers: { host: 'localhost' } });
    asked.once('error', (error) => reject(signal.aborted ? signal.reason : unreachable(socketPath, error)));
    asked.once('response', (answer) => {
      const { statusCode: status = 0 } = answer;
      if (status === 200) return resolve(answer);
      answer.destroy();
      reject(new NoAnswer(`${socketPath} answered ${withoutQuery(path)} with status ${status}`, { status }));
    });
    asked.end();
  });
}

function unreachable(socketPath: string, error: NodeJS.ErrnoException): NoAnswer {
  const nobody = `nobody answers at ${socketPath}`;
  if (error.code === 'ENOENT') return new NoAnswer(`${nobody}: there is no such socket`, { absent: true });
  if (error.code === 'ECONNREFUSED') return new NoAnswer(`${nobody}: its daemon does not run`);
  if (error.code === 'EACCES')
    return new NoAnswer(`${socketPath} may not be opened: it needs root or the group that owns it`);
  return new NoAnswer(`${socketPath} does not answer: ${wordsOf(error)}`);
}

function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const object: unknown = JSON.parse(line);
    return typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*/, '');
}

function wordsOf(error: unknown): string {
  return oneLine(messageOf(error));
}
