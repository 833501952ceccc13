import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Address, ProbeContext, Resolved } from '../../../model/probe.ts';
import { type Reason, reason, targetAfter } from '../../../model/reason.ts';
import type { Clock } from '../../../model/time.ts';
import { certificateInWords } from '../certificate.ts';
import { codeOf, isOurFault, peerInWords } from '../connection-words.ts';
import { DialFailed, dial } from '../dial.ts';
import { type Secured, secure } from '../secure.ts';
import { judgeTls } from '../tls/handshake.ts';
import { type Scope, scopeOf } from './address-scope.ts';
import type { Body } from './body.ts';
import type { Prepared } from './prepared.ts';
import { receive } from './receive.ts';
import { hostOf, portOf, type Target } from './target.ts';
import { deadlineReason, troubleInWords } from './trouble-words.ts';

export type Phase = 'resolve' | 'connect' | 'tls' | 'processing' | 'transfer';

/** One request and its response, as far as it came. */
export interface Exchange {
  readonly target: Target;
  /** What it is doing, or was doing when it failed. */
  phase: Phase;
  /** Milliseconds by phase, of those that ended or were begun. */
  readonly phases: Partial<Record<Phase, number>>;
  peer?: Address;
  port: number;
  secured?: Secured;
  /** Whether anything came in, be it only a part of the headers; over TLS always. */
  begun?: boolean;
  response?: IncomingMessage;
  body?: Body;
  /** Why there is no whole response, as a reason. */
  trouble?: Reason;
  /** What is not well though there is a response. */
  worry?: Reason;
  /** The trouble is this machine's, and says nothing of the target. */
  ours?: boolean;
}

/** Where a request may go. */
export interface Limits {
  readonly family: 0 | 4 | 6;
  /** Addresses that reach less far are refused: a redirect does not lead from outside to the inside. */
  readonly floor: Scope;
}

/** Makes one request over a connection of its own and reads the response; never rejects for what the target does. */
export async function exchange(
  prepared: Prepared,
  target: Target,
  limits: Limits,
  context: ProbeContext,
): Promise<Exchange> {
  const run: Exchange = { target, phase: 'resolve', phases: {}, port: portOf(target.url) };
  const enter = stopwatch(run, context.clock);
  try {
    const socket = await open(prepared, run, limits, context, enter);
    if (socket !== undefined) {
      enter('processing');
      await receive(socket, prepared, run, () => enter('transfer'), context.signal);
    }
  } catch (error) {
    fail(run, error, context);
  } finally {
    enter(undefined);
  }
  return run;
}

type Enter = (phase: Phase | undefined) => void;

function stopwatch(run: Exchange, clock: Clock): Enter {
  let began = clock.monotonic();
  return (phase) => {
    const now = clock.monotonic();
    run.phases[run.phase] = now - began;
    began = now;
    if (phase !== undefined) run.phase = phase;
  };
}

/** A connection that may be spoken over; undefined, with the trouble noted, where it must not be. */
async function open(
  prepared: Prepared,
  run: Exchange,
  limits: Limits,
  context: ProbeContext,
  enter: Enter,
): Promise<Socket | undefined> {
  const { clock, signal, trace } = context;
  const { target } = run;
  const resolved = await context.resolve(hostOf(target.url), limits.family, signal);
  const addresses = allowed(resolved, limits.floor, run);
  if (addresses === undefined) return undefined;
  enter('connect');
  trace?.('addresses', `${resolved.addresses.map((one) => one.address).join(', ')} (${resolved.source})`);
  const { socket, peer } = await dial(addresses, run.port, clock, signal);
  run.peer = peer;
  trace?.('connected', peerInWords({ address: peer.address, port: run.port }));
  if (target.url.protocol !== 'https:') return socket;
  enter('tls');
  const secured = await secure(socket, prepared.secureOptions(target, clock.now()), signal);
  run.secured = secured;
  trace?.('secured', `${secured.version}, ${secured.cipher}`);
  for (const line of (trace && secured.chain().map(certificateInWords)) ?? []) trace?.('certificate', line);
  const judged = judgeTls(secured, prepared.tlsFor(target), clock.now());
  if (judged?.verdict === 'down') {
    secured.socket.destroy();
    run.trouble = judged.reason;
    return undefined;
  }
  if (judged !== undefined) run.worry = judged.reason;
  return secured.socket;
}

function allowed(resolved: Resolved, floor: Scope, run: Exchange): readonly Address[] | undefined {
  if (floor === 0) return resolved.addresses;
  const addresses = resolved.addresses.filter((one) => scopeOf(one) >= floor);
  if (addresses.length > 0) return addresses;
  run.trouble = reason`a site outside may not lead us inside${targetAfter(', to ', `${resolved.addresses[0]?.address}`)}`;
  return undefined;
}

function fail(run: Exchange, error: unknown, context: ProbeContext): void {
  if (context.signal.aborted) {
    run.trouble = deadlineReason(run, context.timeoutMs);
    return;
  }
  // A mistake of ours, and no news of the target.
  if (error instanceof TypeError || error instanceof RangeError || codeOf(error) === '') throw error;
  const cause = error instanceof DialFailed ? error.cause : error;
  if (error instanceof DialFailed) run.peer = error.peer;
  run.ours = isOurFault(cause);
  run.trouble = troubleInWords(run, cause);
}
