import type { Socket } from 'node:net';
import { oneLine } from '../../../model/outside-text.ts';
import type { ProbeContext } from '../../../model/probe.ts';
import { quote, quoteAfter, type Reason, reason } from '../../../model/reason.ts';
import { reveal } from '../../../model/secret.ts';
import { boundedPattern } from '../bounded-pattern.ts';
import { noAnswerWithin } from '../connection-words.ts';
import { addCaptures, type Captures, fillCaptures } from './captures.ts';
import { hiderOf } from './hiding.ts';
import { createInbox, type Heard, type Inbox } from './inbox.ts';
import type { Step } from './spec.ts';

/** How a dialogue went: well, with the first line that was expected, or not, with the step that differed. */
export type Talked =
  | { readonly ok: true; readonly greeting?: string }
  | { readonly ok: false; readonly reason: Reason; readonly heard: string };

type Upgrade = (socket: Socket) => Promise<Socket | undefined>;

/** The conversation as it stands: who is spoken to, what was heard. */
interface Conversation {
  /** Undefined while it belongs to TLS, and when whoever it is should not be spoken to. */
  socket: Socket | undefined;
  inbox: Inbox;
  captures: Captures;
  greeting?: string;
  readonly hide: (text: string) => string;
}

/** Goes through the steps of a dialogue. `upgrade` secures the connection at `starttls`. Rejects with the connection's error. */
export async function talk(
  steps: readonly Step[],
  plain: Socket,
  upgrade: Upgrade,
  context: ProbeContext,
): Promise<Talked> {
  const inbox = createInbox(plain, context.clock);
  const held: Conversation = { socket: plain, inbox, captures: new Map(), hide: hiderOf(steps) };
  try {
    for (const [index, step] of steps.entries()) {
      const place = steps.length === 1 ? [] : reason` at step ${index + 1}`;
      const differed = await take(step, place, held, upgrade, context);
      if (differed !== undefined) return differed;
      if (held.socket === undefined) break;
    }
    return { ok: true, ...(held.greeting !== undefined && { greeting: held.greeting }) };
  } finally {
    held.inbox.leave();
    // Whatever still happens to it is nobody's business.
    held.socket?.on('error', () => {});
    held.socket?.destroy();
  }
}

async function take(
  step: Step,
  place: Reason,
  held: Conversation,
  upgrade: Upgrade,
  { clock, signal, timeoutMs, trace }: ProbeContext,
): Promise<Talked | undefined> {
  if (held.socket === undefined) return undefined;
  if (step.send !== undefined) {
    const text = lineOf(fillCaptures(reveal(step.send), held.captures));
    trace?.('send', text);
    if (await write(held.socket, text, signal)) return undefined;
    return { ok: false, reason: reason`${noAnswerWithin(timeoutMs)}${place}: the server does not read`, heard: '' };
  }
  if (step.expect !== undefined) {
    const heard = await held.inbox.expect(boundedPattern(step.expect), signal);
    trace?.(heard.end === 'match' ? 'heard' : heard.end, heard.end === 'match' ? heard.line : heard.heard);
    if (heard.end !== 'match') return differs(heard.end, held.hide(heard.heard), step.expect, place, timeoutMs);
    held.captures = addCaptures(held.captures, heard.match);
    held.greeting ??= oneLine(held.hide(heard.line.slice(0, LONGEST_LINE)));
    return undefined;
  }
  // RFC 3207 section 4.2: what came in clear before the handshake is not to be trusted.
  const forgotten = held.inbox.leave();
  if (forgotten > 0) trace?.('starttls', `${forgotten} characters in clear forgotten`);
  const handedOver = held.socket;
  // From here on it belongs to TLS. Destroyed under it, it takes the whole process along (Node 24).
  held.socket = undefined;
  held.socket = await upgrade(handedOver);
  if (held.socket !== undefined) held.inbox = createInbox(held.socket, clock);
  return undefined;
}

/** Lines of text protocols end in CRLF; a text that brings its own line end is sent as it stands. */
function lineOf(text: string): string {
  return text.endsWith('\n') ? text : `${text}\r\n`;
}

async function write(socket: Socket, text: string, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const giveUp = () => resolve(false);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  socket.write(text, (error) => (error ? reject(error) : resolve(true)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

const SAID_LENGTH = 200;
const LONGEST_LINE = 4_096;

type Miss = Exclude<Heard['end'], 'match'>;

function differs(end: Miss, heard: string, wanted: string, place: Reason, timeoutMs: number): Talked {
  const said = oneLine(heard, SAID_LENGTH);
  const came = said === '' ? ['nothing came'] : reason`what came was ${quote(`"${said}"`, 'something else')}`;
  const waited = reason`waited for ${quote(wanted, 'an answer')}`;
  const why = {
    closed: reason`connection closed${place}, ${waited}, ${came}`,
    silent:
      said === ''
        ? reason`${noAnswerWithin(timeoutMs)}${place}: ${waited}, ${came}`
        : reason`wrong answer${place}: ${waited}, ${came}`,
    flooded: reason`wrong answer${place}: ${waited}, and more than 64 kB or 1,000 lines came${quoteAfter(': ', `"${said}"`)}`,
  }[end];
  return { ok: false, reason: why, heard };
}
