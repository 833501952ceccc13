import type { Socket } from 'node:net';
import type { Finding } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { connection } from '../../../model/metrics/connection.ts';
import { type Address, NameNotFound, type ProbeContext } from '../../../model/probe.ts';
import { type Reason, reason, targetAfter } from '../../../model/reason.ts';
import type { Sample } from '../../../model/sample.ts';
import { type Endpoint, endpointInWords } from '../../names/endpoint.ts';
import { handshakeReason } from '../certificate.ts';
import { connectionReason, isOurFault, noAnswerWithin, peerInWords } from '../connection-words.ts';
import { DialFailed, dial } from '../dial.ts';

export type Phase = 'resolve' | 'connect' | 'tls' | 'talk';

/** A connection being made: how far it came, and how long each phase took in milliseconds. */
export interface Course {
  readonly endpoint: Endpoint;
  phase: Phase;
  readonly phases: Partial<Record<Phase, number>>;
  peer?: Address;
  /** Ends the current phase and begins another; without one, only ends it. */
  enter(phase?: Phase): void;
}

/** Begins to measure a connection, at its first phase. */
export function startCourse(endpoint: Endpoint, { clock }: ProbeContext): Course {
  let began = clock.monotonic();
  return {
    endpoint,
    phase: 'resolve',
    phases: {},
    enter(phase) {
      const now = clock.monotonic();
      this.phases[this.phase] = (this.phases[this.phase] ?? 0) + now - began;
      began = now;
      if (phase !== undefined) this.phase = phase;
    },
  };
}

/** Resolves the host and connects. Rejects with `NameNotFound`, `DialFailed` or the signal's reason. */
export async function openConnection(course: Course, ip: 4 | 6 | undefined, context: ProbeContext): Promise<Socket> {
  const { host, port } = course.endpoint;
  const { clock, signal, trace } = context;
  const { addresses, source } = await context.resolve(host, ip ?? 0, signal);
  trace?.('addresses', `${addresses.map((one) => one.address).join(', ')} (${source})`);
  course.enter('connect');
  const { socket, peer } = await dial(addresses, port, clock, signal);
  course.peer = peer;
  trace?.('connected', peerInWords({ address: peer.address, port }));
  return socket;
}

/** A connection that failed, as a finding; what is no failure of a connection is thrown on. */
export function failureOf(error: unknown, course: Course, context: ProbeContext): Pick<Finding, 'verdict' | 'reason'> {
  if (error instanceof NameNotFound) return { verdict: 'down', reason: error.reason };
  if (context.signal.aborted) return { verdict: 'down', reason: deadlineReason(course, context.timeoutMs) };
  const cause = error instanceof DialFailed ? error.cause : error;
  if (!(cause instanceof Error && 'code' in cause)) throw error;
  if (isOurFault(cause)) return { verdict: 'unknown', reason: connectionReason(cause, peerOf(course)) };
  if (error instanceof DialFailed) course.peer = error.peer;
  const handshake = course.phase === 'tls' ? handshakeReason(cause) : undefined;
  return { verdict: 'down', reason: handshake ?? connectionReason(cause, peerOf(course)) };
}

function peerOf(course: Course): { address: string; port: number } {
  return { address: course.peer?.address ?? course.endpoint.host, port: course.endpoint.port };
}

function deadlineReason(course: Course, timeoutMs: number): Reason {
  const start = noAnswerWithin(timeoutMs);
  switch (course.phase) {
    case 'resolve':
      return reason`${start}: the name${targetAfter(' ', course.endpoint.host)} was not resolved`;
    case 'connect':
      return reason`${start}: no connection${targetAfter(' to ', endpointInWords(course.endpoint))}`;
    case 'tls':
      return reason`${start}: connected${targetAfter(' to ', peerInWords(peerOf(course)))}, but the TLS handshake did not end`;
    case 'talk':
      return reason`${start}: connected${targetAfter(' to ', peerInWords(peerOf(course)))}, but the conversation did not end`;
  }
}

/** What is measured of every connection. */
export function connectionSamples(course: Course): Sample[] {
  const { resolve } = course.phases;
  return [
    ...(resolve === undefined ? [] : [sample(connection.dnsLookupTime, resolve / 1_000)]),
    ...(course.peer === undefined ? [] : [sample(connection.ipProtocol, course.peer.family)]),
  ];
}
