import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../model/time.ts';
import type { Match } from '../bounded-pattern.ts';

/** How waiting for a line ended. `heard` is what came instead or before, the beginning of it. */
export type Heard =
  | { readonly end: 'match'; readonly match: RegExpExecArray; readonly line: string }
  | { readonly end: 'closed' | 'flooded' | 'silent'; readonly heard: string };

export interface Inbox {
  /** Waits for a line that matches, consuming all lines up to it. `silent` when the signal came first. Rejects with the connection's error. */
  expect(match: Match, signal: AbortSignal): Promise<Heard>;
  /** Stops listening, so that another may; what came and was not expected is forgotten. Answers how much that was. */
  leave(): number;
}

const LARGEST_BYTES = 64 * 1024;
const MOST_LINES = 1_000;
const HEARD_LENGTH = 4_096;
/** A prompt has no line end. What came without one is looked at when nothing more comes for so long. */
const PROMPT_QUIET_MS = 200;

/** Listens to a connection line by line. At most 64 kB and 1,000 lines are taken for one expectation. */
export function createInbox(socket: Socket, clock: Clock): Inbox {
  const decoder = new StringDecoder('utf8');
  let unread = '';
  let isClosed = false;
  let error: Error | undefined;
  let wake: () => void = () => {};

  const take = (chunk: Buffer) => {
    unread += decoder.write(chunk);
    // Whoever sends more than is expected waits for us.
    if (unread.length > LARGEST_BYTES) socket.pause();
    wake();
  };
  const close = () => {
    isClosed = true;
    wake();
  };
  const fail = (cause: Error) => {
    error = cause;
    wake();
  };
  socket.on('data', take).on('end', close).on('close', close).on('error', fail);

  function takeLine(): string | undefined {
    const end = unread.indexOf('\n');
    if (end < 0) return undefined;
    const line = unread.slice(0, end).replace(/\r$/, '');
    unread = unread.slice(end + 1);
    return line;
  }

  /** Resolves when something happened, or nothing for the time of a prompt. */
  async function somethingNew(signal: AbortSignal): Promise<'news' | 'quiet'> {
    const { promise, resolve } = Promise.withResolvers<'news' | 'quiet'>();
    wake = () => resolve('news');
    signal.addEventListener('abort', wake, { once: true });
    // After a turn of the loop: in a process that stood still, what came meanwhile has yet to be read.
    const quiet = () => setImmediate(resolve, 'quiet');
    const callOff = unread === '' ? undefined : clock.after(PROMPT_QUIET_MS, quiet);
    socket.resume();
    try {
      return await promise;
    } finally {
      callOff?.();
      signal.removeEventListener('abort', wake);
      wake = () => {};
    }
  }

  async function expect(match: Match, signal: AbortSignal): Promise<Heard> {
    let heard = '';
    let bytes = 0;
    let lines = 0;
    let lookedAt: string | undefined;
    for (;;) {
      for (let line = takeLine(); line !== undefined; line = takeLine()) {
        const found = match(line);
        if (found !== undefined) return { end: 'match', match: found, line };
        if (heard.length < HEARD_LENGTH) heard += `${line.slice(0, HEARD_LENGTH)}\n`;
        bytes += line.length;
        if (++lines >= MOST_LINES || bytes > LARGEST_BYTES) return { end: 'flooded', heard };
      }
      if (unread.length > LARGEST_BYTES) return { end: 'flooded', heard: heard + unread.slice(0, HEARD_LENGTH) };
      const isOver = isClosed || error !== undefined || signal.aborted;
      const isQuiet = isOver || (await somethingNew(signal)) === 'quiet';
      if (!isQuiet) continue;
      if (unread !== '' && unread !== lookedAt && !unread.includes('\n')) {
        lookedAt = unread;
        const found = match(unread);
        if (found !== undefined) return { end: 'match', match: found, line: takeAll() };
      }
      if (!isOver) continue;
      if (error !== undefined) throw error;
      return { end: isClosed ? 'closed' : 'silent', heard: heard + unread.slice(0, HEARD_LENGTH) };
    }
  }

  function takeAll(): string {
    const all = unread;
    unread = '';
    return all;
  }

  return {
    expect,
    leave() {
      socket.off('data', take).off('end', close).off('close', close).off('error', fail);
      return takeAll().length;
    },
  };
}
