import type { Socket } from 'node:net';
import type { ProbeContext } from '../../../model/probe.ts';
import { reveal } from '../../../model/secret.ts';
import { boundedPattern } from '../bounded-pattern.ts';
import { noAnswerWithin } from '../connection-words.ts';
import { oneLine } from '../outside-text.ts';
import { addCaptures, type Captures, fillCaptures } from './captures.ts';
import { createInbox, type Heard } from './inbox.ts';
import type { Step } from './spec.ts';

/** How a dialogue went: well, with the first line that was expected, or not, with the step that differed. */
export type Talked =
  | { readonly ok: true; readonly greeting?: string }
  | { readonly ok: false; readonly reason: string; readonly heard: string };

/** Goes through the steps of a dialogue. `upgrade` secures the connection at `starttls`. Rejects with the connection's error. */
export async function talk(
  steps: readonly Step[],
  plain: Socket,
  upgrade: (socket: Socket) => Promise<Socket | undefined>,
  context: ProbeContext,
): Promise<Talked> {
  const { clock, signal, trace } = context;
  let socket: Socket | undefined = plain;
  let inbox = createInbox(socket, clock);
  let captures: Captures = new Map();
  let greeting: string | undefined;
  try {
    for (const [index, step] of steps.entries()) {
      const place = steps.length === 1 ? '' : ` at step ${index + 1}`;
      if (step.send !== undefined) {
        const text = lineOf(fillCaptures(reveal(step.send), captures));
        trace?.('send', text);
        if (!(await write(socket, text, signal)))
          return {
            ok: false,
            reason: `${noAnswerWithin(context.timeoutMs)}${place}: the server does not read`,
            heard: '',
          };
      } else if (step.expect !== undefined) {
        const heard = await inbox.expect(boundedPattern(step.expect), signal);
        trace?.(heard.end === 'match' ? 'heard' : heard.end, heard.end === 'match' ? heard.line : heard.heard);
        if (heard.end !== 'match') return differs(heard, step.expect, place, context.timeoutMs);
        captures = addCaptures(captures, heard.match);
        greeting ??= oneLine(heard.line);
      } else {
        // RFC 3207 section 4.2: what came in clear before the handshake is not to be trusted.
        const forgotten = inbox.leave();
        if (forgotten > 0) trace?.('starttls', `${forgotten} characters in clear forgotten`);
        const handedOver = socket;
        // From here on it belongs to TLS. Destroyed under it, it takes the whole process along (Node 24).
        socket = undefined;
        socket = await upgrade(handedOver);
        if (socket === undefined) return { ok: true, ...(greeting !== undefined && { greeting }) };
        inbox = createInbox(socket, clock);
      }
    }
    return { ok: true, ...(greeting !== undefined && { greeting }) };
  } finally {
    inbox.leave();
    // Whatever still happens to it is nobody's business.
    socket?.on('error', () => {});
    socket?.destroy();
  }
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

function differs(heard: Exclude<Heard, { end: 'match' }>, wanted: string, place: string, timeoutMs: number): Talked {
  const said = oneLine(heard.heard, SAID_LENGTH);
  const came = said === '' ? 'nothing came' : `what came was "${said}"`;
  const waited = `waited for ${wanted}`;
  const reason = {
    closed: `connection closed${place}, ${waited}, ${came}`,
    silent:
      said === ''
        ? `${noAnswerWithin(timeoutMs)}${place}: ${waited}, ${came}`
        : `wrong answer${place}: ${waited}, ${came}`,
    flooded: `wrong answer${place}: ${waited}, and more than 64 kB or 1,000 lines came: "${said}"`,
  }[heard.end];
  return { ok: false, reason, heard: heard.heard };
}
