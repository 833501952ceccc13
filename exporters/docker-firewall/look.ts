import { readFile } from 'node:fs/promises';
import type { Change } from '../../model/change.ts';
import type { Outside } from '../../model/outside.ts';
import type { Sample } from '../../model/sample.ts';
import { type Instant, MINUTE, spanInWords } from '../../model/time.ts';
import { changesOf } from './changes.ts';
import { engineOf } from './engine.ts';
import { evaluate } from './evaluate.ts';
import { isLoopback } from './knock/doors.ts';
import { type Observation, observe } from './knock/observe.ts';
import { distrusted, skewsOf } from './knock/skew.ts';
import { fingerprintOf, type Memory, recall, remember } from './memory.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { EvaluateOptions, FirewallFinding, Report } from './report.ts';
import { samplesOf } from './samples.ts';
import type { Snapshot } from './snapshot.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** One look at the firewall: plain data, for it is made in a thread. */
export interface LookTask {
  /** Now, by the wall clock. */
  readonly at: Instant;
  /** What is remembered stands here. */
  readonly folder: string;
  readonly socket?: string;
  /** A file that holds the snapshot, where the box may not take one. */
  readonly snapshot?: string;
  readonly allowed?: readonly string[];
  /** What Docker's events have said lately, in words. */
  readonly explained: readonly string[];
  /** The stranger's place, when there is one. */
  readonly outside?: Outside;
}

/** What came of it. */
export interface Looked {
  readonly samples: readonly Sample[];
  readonly findings: readonly FirewallFinding[];
  readonly changes: readonly Change[];
  readonly hasDocker: boolean;
  /** How many published ports strangers may try. */
  readonly published: number;
  /** What could not be read or done, in words. */
  readonly troubles: readonly string[];
}

/** The rest between two rounds of knocking when nothing has changed: programs may write a line about each knock. */
const KNOCK_MS = 5 * MINUTE;
/** What root's timer wrote is too old then. */
const STALE_MS = 5 * MINUTE;

/** Takes a snapshot, walks it, knocks where it is time to, and remembers. Rejects, in words, when nothing can be seen. */
export async function look(task: LookTask, signal: AbortSignal): Promise<Looked> {
  const began = performance.now();
  const { at, folder, allowed, outside } = task;
  const { memory: old, before } = await recall(folder);
  const snapshot = await snapshotFor(task, signal);
  const fingerprint = fingerprintOf(snapshot);
  const options: EvaluateOptions = {
    ...(allowed !== undefined && { allowed }),
    ...(before !== undefined && { before }),
    explained: task.explained,
  };
  const report = evaluate(snapshot, options);
  const tookMs = performance.now() - began;
  const engine = engineOf(snapshot) ?? old.engine;
  const found = changesOf({ at: snapshot.at, snapshot, old, report, engine, dockerActed: task.explained.length > 0 });
  const veth = outside && evaluate(snapshot, { ...options, from: outside.address4, enters: outside.enters });
  const knocked = await knock(task, { old, fingerprint, report, snapshot }, signal);
  const memory: Memory = {
    version: 1,
    fingerprint,
    ...(engine !== undefined && { engine }),
    ...found.engineChangedAt,
    rulesets: found.rulesets,
    moments: found.moments.filter(({ until }) => until > at),
    ...knocked.seen,
  };
  const findings = [
    ...findingsNow(report, memory),
    ...(veth === undefined || outside === undefined
      ? []
      : skewsOf({ veth: veth.ports, outer: report.ports }, memory.observations, outside, allowed)),
  ];
  const seen = {
    snapshot,
    ports: report.ports,
    findings,
    memory,
    distrusted: distrusted(veth?.ports ?? [], memory.observations),
    tookMs,
  };
  await remember(folder, old, memory, snapshot);
  return {
    samples: samplesOf(seen),
    findings,
    changes: found.changes,
    hasDocker: snapshot.docker !== undefined,
    published: report.ports.filter(({ from, hostAddress }) => from === 'outside' && !isLoopback(hostAddress)).length,
    troubles: [...knocked.troubles, ...missingIn(snapshot)],
  };
}

async function snapshotFor({ at, socket, snapshot: path }: LookTask, signal: AbortSignal): Promise<Snapshot> {
  if (path === undefined)
    return takeSnapshot({ clock: { now: () => at }, ...(socket !== undefined && { dockerSocket: socket }), signal });
  const written = await readFile(path, { encoding: 'utf8', signal }).catch((error: Error) => {
    throw new Error(`${path} cannot be read: ${error.message}`);
  });
  const snapshot = readSnapshot(written, path);
  if (at - snapshot.at > STALE_MS)
    throw new Error(
      `${path} is ${spanInWords(at - snapshot.at)} old: what writes it has stopped (systemctl status signalbox-firewall.timer)`,
    );
  return snapshot;
}

interface Round {
  readonly old: Memory;
  readonly fingerprint: string;
  readonly report: Report;
  readonly snapshot: Snapshot;
}

/** Knocks when something has changed, or when it was long ago; else what was found then still stands. */
async function knock(
  { at, outside }: LookTask,
  { old, fingerprint, report, snapshot }: Round,
  signal: AbortSignal,
): Promise<{ seen: Pick<Memory, 'knockedAt' | 'observations'>; troubles: readonly string[] }> {
  const none = { observations: [] as readonly Observation[] };
  if (outside === undefined) return { seen: none, troubles: [] };
  const { knockedAt, observations } = old;
  if (knockedAt !== undefined && at - knockedAt < KNOCK_MS && fingerprint === old.fingerprint)
    return { seen: { knockedAt, observations }, troubles: [] };
  try {
    const seen = await observe(report.ports, snapshot, outside, signal);
    return { seen: { knockedAt: at, observations: seen }, troubles: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { seen: none, troubles: [error instanceof Error ? error.message : String(error)] };
  }
}

/** What holds no longer now, and what happened a while ago. */
function findingsNow(report: Report, { moments }: Memory): FirewallFinding[] {
  const past = moments.map(({ finding }) => finding);
  const known = new Set(past.map((one) => JSON.stringify(one)));
  return [...report.findings.filter((one) => !known.has(JSON.stringify(one))), ...past];
}

function missingIn({ missing, docker }: Snapshot): string[] {
  // Without Docker nothing depends on the rest.
  if (docker === undefined && !missing.some(({ part }) => part === 'docker')) return [];
  return missing.map(({ part, why }) => `${part} cannot be read: ${why}`);
}
