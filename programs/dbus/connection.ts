import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Clock } from '../../model/time.ts';
import { socketOf } from './address.ts';
import { createInbox } from './inbox.ts';
import { type Call, type Message, writeCall } from './message.ts';

/** How long the bus may take to answer, whatever it is asked. */
const ANSWER_MS = 5_000;

export interface BusOptions {
  /** A path, or an address as `unix:path=/run/dbus/system_bus_socket`. */
  readonly address: string;
  readonly clock: Clock;
  readonly onSignal: (signal: Message) => void;
  /** Told once, in words, when the connection has ended, whoever ended it. */
  readonly onGone: (why: string) => void;
  /** How long an answer is waited for; five seconds when left out. */
  readonly answerMs?: number;
}

/** One kept connection to a message bus. */
export interface Bus {
  /**
   * Calls a method. Who waits for the answer goes on before anything that came after it is looked at.
   * Rejects with the bus's own words, at the deadline, or when the connection ends.
   */
  call(call: Call): Promise<Message>;
  close(): void;
}

/** The bus answered, and its answer was an error. */
export class BusError extends Error {
  /** As `org.freedesktop.DBus.Error.AccessDenied`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nobody listens where the bus should be. */
export class BusAbsent extends Error {}

interface Waiting {
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: Error) => void;
}

/** Connects and says hello. Rejects in words when nobody listens, when the bus refuses, or at the deadline. */
export async function openBus(options: BusOptions): Promise<Bus> {
  const { address, clock, onGone, answerMs = ANSWER_MS } = options;
  const place = socketOf(address);
  if (place === undefined) throw new Error(`${JSON.stringify(address)} is no address of a local bus`);
  const waiting = new Map<number, Waiting>();
  let serial = 0;
  let gone: string | undefined;
  const socket = await greet(place, address, clock, answerMs);

  function end(why: string): void {
    if (gone !== undefined) return;
    gone = why;
    socket.destroy();
    inbox.close();
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
    onGone(why);
  }

  function take(message: Message): void {
    const asker = waiting.get(message.answers);
    if (message.type === 'signal') options.onSignal(message);
    else if (message.type === 'error') asker?.reject(errorOf(message));
    else if (message.type === 'reply') asker?.resolve(message);
  }

  const inbox = createInbox(socket, take, end);
  socket.on('close', () => end('the bus closed the connection'));
  socket.on('error', (error) => end(`the connection to the bus broke: ${error.message}`));

  async function call(what: Call): Promise<Message> {
    if (gone !== undefined) throw new Error(gone);
    serial++;
    const mine = serial;
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const late = () => reject(new Error(`the bus did not answer ${what.member} within ${answerMs / 1_000} s`));
    const cancel = clock.after(answerMs, late);
    waiting.set(mine, { resolve, reject });
    socket.write(writeCall(what, mine));
    try {
      return await promise;
    } finally {
      cancel();
      waiting.delete(mine);
    }
  }

  const bus = { call, close: () => end('the connection was closed') };
  try {
    await call({ ...THE_BUS, member: 'Hello' });
    return bus;
  } catch (error) {
    bus.close();
    throw error;
  }
}

/** The bus itself, which is asked like anybody on it. */
export const THE_BUS = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

function errorOf(message: Message): BusError {
  const words = message.signature.startsWith('s') ? String(message.body().read('s')) : message.errorName;
  return new BusError(message.errorName, words);
}

/**
 * Connects, and proves by the socket who we are (D-Bus specification, "Authentication Protocol"). The identity is not written out,
 * as sd-bus does it, so that it holds across user namespaces.
 */
function greet(place: NetConnectOpts, address: string, clock: Clock, withinMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(place);
  let said = '';
  const fail = (error: NodeJS.ErrnoException) => {
    socket.destroy();
    const Kind = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? BusAbsent : Error;
    reject(new Kind(`no connection to the bus at ${address}: ${error.message}`));
  };
  const cancel = clock.after(withinMs, () => fail(new Error(`no answer within ${withinMs / 1_000} s`)));
  const closed = () => fail(new Error('it closed the connection'));
  const hear = (chunk: Buffer) => {
    said += chunk.toString('latin1');
    if (/^(?:REJECTED|ERROR)/m.test(said) || said.length > 4_096) fail(new Error('it does not let us in'));
    if (!/^OK [^\n]*\r\n/m.test(said)) return;
    socket.off('data', hear).off('error', fail).off('close', closed).pause();
    socket.write('BEGIN\r\n');
    resolve(socket);
  };
  socket.on('error', fail).on('close', closed).on('data', hear);
  socket.once('connect', () => socket.write('\0AUTH EXTERNAL\r\nDATA\r\n'));
  return promise.finally(cancel);
}
