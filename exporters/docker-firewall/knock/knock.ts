import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { SECOND } from '../../../model/time.ts';

/** A door of this machine or of a container. */
export interface Target {
  readonly proto: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** What a datagram says; without it, nothing. */
  readonly says?: string;
}

/**
 * What a knock met: somebody who answers; a refusal, which the program's own machine or a firewall may have sent; a router that
 * says there is no way; or silence.
 */
export type Answer = 'open' | 'refused' | 'unreachable' | 'silent';

const PATIENCE_MS = 1.5 * SECOND;
const AT_ONCE = 128;

/** Knocks on every target, TCP with a connection that is closed at once, UDP with one datagram. In their order; never rejects. */
export async function knockAll(targets: readonly Target[], patienceMs = PATIENCE_MS): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < targets.length; from += AT_ONCE) {
    const now = targets.slice(from, from + AT_ONCE);
    answers.push(...(await Promise.all(now.map((one) => (one.proto === 'tcp' ? tcp : udp)(one, patienceMs)))));
  }
  return answers;
}

function tcp({ address, port }: Target, patienceMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (answer: Answer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end('silent'), patienceMs);
    socket.once('connect', () => end('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(answerOf(error)));
  });
}

/** A socket that is connected is told of the refusals that ICMP brings, udp(7). */
function udp({ address, port, says = '' }: Target, patienceMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    let over = false;
    const end = (answer: Answer) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end('silent'), patienceMs);
    socket.once('message', () => end('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(answerOf(error)));
    socket.connect(port, address, (error?: Error) => {
      if (error !== undefined && error !== null) end(answerOf(error));
      else if (!over) socket.send(says, (fault) => fault && end(answerOf(fault)));
    });
  });
}

function answerOf({ code }: NodeJS.ErrnoException): Answer {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  return code === 'ETIMEDOUT' ? 'silent' : 'unreachable';
}
