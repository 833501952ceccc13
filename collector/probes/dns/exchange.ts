import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Address } from '../../../model/probe.ts';
import { type Reason, reason, reasonInWords } from '../../../model/reason.ts';
import type { Clock } from '../../../model/time.ts';
import { connectionReason, isOurFault } from '../connection-words.ts';
import { encodeQuestion, type Question, type Read, type Reply, readReply } from './message.ts';

/** A name server that gave no usable reply; the reason goes on from its name: `does not answer`. */
export class NoReply extends Error {
  readonly reason: Reason;
  /** Whether the fault is this machine's. */
  readonly isOurs: boolean;

  constructor(reason: Reason, isOurs = false) {
    super(reasonInWords(reason));
    this.reason = reason;
    this.isOurs = isOurs;
  }
}

export interface Exchange {
  readonly server: Address;
  readonly port: number;
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** When a datagram is sent a second time, in case the first was lost. */
  readonly repeatAfterMs: number;
  readonly trace: (step: string, detail?: string) => void;
}

const SILENT = 'does not answer';
const MALFORMED = 'answers with a malformed message';

/** Asks by UDP. The socket is connected and the id is random: only what comes from the server's address and port, with our id and question, counts (RFC 5452). */
export async function askByUdp(exchange: Exchange): Promise<Reply | 'truncated'> {
  const { server, port, question, signal, clock, trace } = exchange;
  const id = randomInt(0x10000);
  const packet = encodeQuestion(question, id);
  const socket = createSocket(server.family === 4 ? 'udp4' : 'udp6');
  const { promise, resolve, reject } = Promise.withResolvers<Reply | 'truncated'>();
  let strangers = 0;
  const fail = (error: Error) => reject(noReply(error, server, port));
  const giveUp = () =>
    reject(new NoReply(strangers > 0 ? reason`${SILENT}: ${strangers} other messages came` : [SILENT]));
  const send = () => socket.send(packet, (error) => error && fail(error));
  const callOff = clock.after(exchange.repeatAfterMs, () => {
    trace('no answer yet', 'sending the question again');
    send();
  });
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', fail);
    socket.on('message', (message) => {
      const read = readReply(message, question, id);
      if (read === 'not ours') strangers++;
      else if (read === 'malformed') reject(new NoReply([MALFORMED]));
      else resolve(read);
    });
    socket.connect(port, server.address, (error?: Error) => (error ? fail(error) : send()));
    return await promise;
  } finally {
    callOff();
    signal.removeEventListener('abort', giveUp);
    socket.close();
  }
}

/** Asks by TCP, where each message follows its length (RFC 7766). */
export async function askByTcp(exchange: Exchange): Promise<Reply> {
  const { server, port, question, signal } = exchange;
  const id = randomInt(0x10000);
  const packet = encodeQuestion(question, id);
  const socket = connect({ host: server.address, port, noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<Read>();
  let received = Buffer.alloc(0);
  const giveUp = () => reject(new NoReply([SILENT]));
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', (error) => reject(noReply(error, server, port)));
    socket.on('end', () => reject(new NoReply(['closes the connection without an answer'])));
    socket.on('connect', () => socket.write(Buffer.concat([lengthOf(packet), packet])));
    socket.on('data', (data: Buffer) => {
      // Two bytes of length bound what is kept: 64 kB and one chunk.
      received = Buffer.concat([received, data]);
      const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
      if (received.length >= end) resolve(readReply(received.subarray(2, end), question, id));
    });
    const read = await promise;
    if (typeof read !== 'string') return read;
    throw new NoReply([read === 'not ours' ? 'answers another question than ours' : MALFORMED]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}

function lengthOf(packet: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return length;
}

function noReply(error: Error, server: Address, port: number): NoReply {
  const why = connectionReason(error, { address: server.address, port });
  return new NoReply(isOurFault(error) ? why : reason`${SILENT}: ${why}`, isOurFault(error));
}
