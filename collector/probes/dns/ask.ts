import { readFile } from 'node:fs/promises';
import { type Address, NameNotFound, type ProbeContext } from '../../../model/probe.ts';
import { type Reason, reason, reasonInWords, target } from '../../../model/reason.ts';
import { type Endpoint, endpointInWords } from '../../names/endpoint.ts';
import { parseResolvConf } from '../../names/resolv-conf.ts';
import { askByTcp, askByUdp, NoReply } from './exchange.ts';
import type { Question, Reply } from './message.ts';

/** What came of asking one name server. */
export interface Asked {
  /** The server as it was written: `10.0.0.53`, `[::1]:5353`. */
  readonly server: string;
  readonly address?: Address;
  readonly reply?: Reply;
  /** Why there is no reply; goes on from the server's name. */
  readonly failure?: Reason;
  /** The fault is this machine's: nothing is known of the server. */
  readonly isOurs?: boolean;
  readonly resolveMs: number;
  readonly requestMs: number;
}

/** The name servers of this machine, in the order it asks them. */
export async function systemServers(): Promise<Endpoint[]> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return parseResolvConf(text).servers.map((host) => ({ host, port: 53 }));
}

/** Asks one name server; by TCP too when its datagram was cut. Never rejects for anything the server does. */
export async function askServer(
  server: Endpoint,
  question: Question,
  transport: 'udp' | 'tcp',
  context: ProbeContext,
  signal: AbortSignal,
): Promise<Asked> {
  const { clock } = context;
  const label = endpointInWords(server, 53);
  const trace = (step: string, detail?: string) => context.trace?.(`${label}: ${step}`, detail);
  const began = clock.monotonic();
  let resolved = began;
  let address: Address | undefined;
  try {
    const { addresses } = await context.resolve(server.host, 0, signal);
    resolved = clock.monotonic();
    [address] = addresses;
    if (address === undefined) throw new NameNotFound(reason`${target(server.host, 'a host')} has no address`);
    const repeatAfterMs = Math.min(2_000, context.timeoutMs / 3);
    const exchange = { server: address, port: server.port, question, signal, clock, repeatAfterMs, trace };
    trace('asking', `${question.name} ${question.type} by ${transport} at ${address.address}`);
    let reply = transport === 'udp' ? await askByUdp(exchange) : await askByTcp(exchange);
    if (reply === 'truncated') {
      trace('answer was cut', 'asking again by tcp');
      reply = await askByTcp(exchange);
    }
    trace('answered', `${reply.rcode}, ${reply.answers.length} answers`);
    return { server: label, address, reply, resolveMs: resolved - began, requestMs: clock.monotonic() - resolved };
  } catch (error) {
    const [failure, isOurs] = failureOf(error, signal);
    trace('failed', reasonInWords(failure));
    const requestMs = clock.monotonic() - resolved;
    return { server: label, ...(address && { address }), failure, isOurs, resolveMs: resolved - began, requestMs };
  }
}

function failureOf(error: unknown, signal: AbortSignal): [Reason, boolean] {
  if (error instanceof NoReply) return [error.reason, error.isOurs];
  if (error instanceof NameNotFound) return [reason`cannot be asked: ${error.reason}`, false];
  if (signal.aborted && error === signal.reason) return [['does not answer'], false];
  throw error;
}

/** Asks one server after the other until one replies, as the system would; the time is shared out among them. */
export async function askInTurn(
  servers: readonly Endpoint[],
  ask: (server: Endpoint, signal: AbortSignal) => Promise<Asked>,
  context: ProbeContext,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const server of servers) {
    const turn = new AbortController();
    const callOff = context.clock.after(context.timeoutMs / servers.length, () => turn.abort());
    try {
      const last = await ask(server, AbortSignal.any([context.signal, turn.signal]));
      asked.push(last);
      if (last.reply !== undefined || context.signal.aborted) break;
    } finally {
      callOff();
    }
  }
  return asked;
}
