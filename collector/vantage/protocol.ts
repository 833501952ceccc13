import type { Finding, Verdict } from '../../model/finding.ts';
import type { Address } from '../../model/probe.ts';
import { isReason, type Reason, shortReason } from '../../model/reason.ts';

/** The version every message carries as `v`. A worker of another is refused, in words. */
export const VERSION = 2;

/** The longest line in either direction, in bytes. */
export const LINE_BYTES = 1_000_000;

/** What a vantage worker is told, a JSON object a line. */
export type ToWorker =
  | {
      readonly type: 'check';
      readonly id: number;
      readonly monitor: string;
      readonly kind: string;
      readonly timeoutMs: number;
      readonly trace: boolean;
      /** Its secrets are sealed with the worker's key. */
      readonly spec: unknown;
    }
  | { readonly type: 'cancel'; readonly id: number }
  /** What a name is, for a worker that has no name servers; without addresses, `why` is the reason. */
  | {
      readonly type: 'resolved';
      readonly id: number;
      readonly addresses: readonly Address[];
      readonly why?: Reason;
      /** The addresses are there, but cannot be reached from that vantage. */
      readonly beyond?: boolean;
    };

/** What a vantage worker says, a JSON object a line. */
export type FromWorker =
  /** Said first, and understood whatever the version: the box sends nothing before. */
  | {
      readonly type: 'hello';
      readonly version: number;
      /** The kinds of probe that it has. */
      readonly kinds: readonly string[];
      /** Whether it was given a key, and so may be told secrets. */
      readonly keyed: boolean;
    }
  | { readonly type: 'finding'; readonly id: number; readonly finding: Finding }
  /** The check could not be made for a fault of the probe's own. */
  | { readonly type: 'fault'; readonly id: number; readonly words: string }
  | { readonly type: 'trace'; readonly id: number; readonly step: string; readonly detail?: string }
  /** Asks what a name is; answered with `resolved` and the same id. */
  | { readonly type: 'resolve'; readonly id: number; readonly host: string; readonly family: 0 | 4 | 6 }
  /** A process group began or is over: who started the worker ends it, should the worker be killed. */
  | { readonly type: 'group'; readonly pid: number; readonly runs: boolean };

/** A message as a line. */
export function writeMessage(message: ToWorker | FromWorker): string {
  return `${JSON.stringify({ v: VERSION, ...message })}\n`;
}

/** A finding as a line that is never too long: what it kept as evidence gives way. */
export function writeFinding(id: number, finding: Finding): string {
  const line = writeMessage({ type: 'finding', id, finding });
  if (Buffer.byteLength(line) <= LINE_BYTES) return line;
  const { verdict, reason } = finding;
  return writeMessage({ type: 'finding', id, finding: { verdict, reason: shortReason(reason, 1_000) } });
}

/** What a line holds; undefined when it is no message. Whatever stands in it comes from outside. */
function readLine(line: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return isRecord(read) && typeof read.v === 'number' ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what the worker is told; undefined when it is no message. */
export function readToWorker(line: string): ToWorker | undefined {
  const read = readLine(line);
  if (read?.v !== VERSION || typeof read.id !== 'number') return undefined;
  const { id, monitor, kind, timeoutMs, spec } = read;
  if (read.type === 'cancel') return { type: 'cancel', id };
  if (read.type === 'resolved') return readResolved(id, read);
  if (read.type !== 'check' || typeof monitor !== 'string' || typeof kind !== 'string') return undefined;
  if (typeof timeoutMs !== 'number') return undefined;
  return { type: 'check', id, monitor, kind, timeoutMs, trace: read.trace === true, spec };
}

function readResolved(id: number, { addresses, why, beyond }: Record<string, unknown>): ToWorker {
  return {
    type: 'resolved',
    id,
    addresses: Array.isArray(addresses) ? addresses.filter(isAddress) : [],
    ...(isReason(why) && { why }),
    beyond: beyond === true,
  };
}

function isAddress(value: unknown): value is Address {
  return isRecord(value) && typeof value.address === 'string' && (value.family === 4 || value.family === 6);
}

/** Reads what a worker says; undefined when it is no message. */
export function readFromWorker(line: string): FromWorker | undefined {
  const read = readLine(line);
  if (read === undefined) return undefined;
  const { v, type, id, pid, finding, words, step, detail } = read;
  // Version 1 called it ready.
  if (type === 'hello' || type === 'ready') return readHello(read);
  if (v !== VERSION) return undefined;
  if (type === 'group' && typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 1)
    return { type, pid, runs: read.runs === true };
  if (typeof id !== 'number') return undefined;
  if (type === 'finding' && isFinding(finding)) return { type, id, finding };
  if (type === 'fault') return { type, id, words: String(words) };
  if (type === 'resolve' && typeof read.host === 'string')
    return { type, id, host: read.host, family: familyOf(read.family) };
  if (type === 'trace')
    return { type, id, step: String(step), ...(detail === undefined ? {} : { detail: String(detail) }) };
  return undefined;
}

function readHello({ v, kinds, keyed }: Record<string, unknown>): FromWorker {
  const known = Array.isArray(kinds) ? kinds.map(String) : [];
  return { type: 'hello', version: Number(v), kinds: known, keyed: keyed === true };
}

function familyOf(value: unknown): 0 | 4 | 6 {
  return value === 4 || value === 6 ? value : 0;
}

const VERDICTS: readonly Verdict[] = ['up', 'degraded', 'down', 'unknown'];

function isFinding(value: unknown): value is Finding {
  if (!isRecord(value) || !isReason(value.reason)) return false;
  const { verdict, latencyMs, samples, phases, evidence } = value;
  return (
    VERDICTS.some((one) => one === verdict) &&
    (latencyMs === undefined || typeof latencyMs === 'number') &&
    (samples === undefined || (Array.isArray(samples) && samples.every(isSample))) &&
    (phases === undefined || (isRecord(phases) && Object.values(phases).every((ms) => typeof ms === 'number'))) &&
    (evidence === undefined || (isRecord(evidence) && Object.values(evidence).every(isEvidence)))
  );
}

function isSample(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.value === 'number' &&
    isRecord(value.labels) &&
    Object.values(value.labels).every((text) => typeof text === 'string')
  );
}

function isEvidence(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string');
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
