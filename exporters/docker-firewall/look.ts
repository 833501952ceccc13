import { readFile } from 'node:fs/promises';
import type { Change } from '../../model/change.ts';
import { messageOf } from '../../model/errors.ts';
import type { Outside } from '../../model/outside.ts';
import type { Sample } from '../../model/sample.ts';
import { type Instant, MINUTE, spanInWords } from '../../model/time.ts';
import { changesOf } from './changes.ts';
import { closedPorts } from './closed-ports.ts';
import { engineOf } from './engine.ts';
import { evaluate } from './evaluate.ts';
import { isLoopback } from './knock/doors.ts';
import { observe } from './knock/observe.ts';
import { distrusted, skewsOf } from './knock/skew.ts';
import { fingerprintOf, type Memory, recall, remember } from './memory.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { EvaluateOptions, FirewallFinding, Report } from './report.ts';
import { samplesOf } from './samples.ts';
import { explainedBy, settle } from './settling.ts';
import type { Snapshot } from './snapshot.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** One look at the firewall: plain data, for it is made in a process of its own. */
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
  /** Every backend's rules could be read. */
  readonly seesRules: boolean;
  /** Drift is to be looked at once more, in `SETTLE_MS`. */
  readonly isSettling: boolean;
  /** How many published ports strangers may try. */
  readonly published: number;
  /** The published ports that strangers do not reach, as `tcp 8080`, and why. */
  readonly closed: Readonly<Record<string, string>>;
  /** What could not be read or done, in words. */
  readonly troubles: readonly string[];
}

/** The rest between two rounds of knocking when nothing has changed: programs may write a line about each knock. */
const KNOCK_MS = 5 * MINUTE;
const HOW_WITHOUT_ROOT =
  'this box is not root: have root write a snapshot and name it in `snapshot` (docs/exporters/docker-firewall.md)';
/** Without these a change of rules may go unseen. */
const RULES: ReadonlySet<string> = new Set(['legacy4', 'legacy6', 'nft4', 'nft6', 'nft']);
/** What root's timer wrote is too old then. */
const STALE_MS = 5 * MINUTE;

/** Takes a snapshot, walks it, knocks where it is time to, and remembers. Rejects, in words, when nothing can be seen. */
export async function look(task: LookTask, signal: AbortSignal): Promise<Looked> {
  const began = performance.now();
  const { at, folder, allowed } = task;
  const { memory: old, before } = await recall(folder);
  const snapshot = await snapshotFor(task, signal);
  const options: EvaluateOptions = {
    ...(allowed !== undefined && { allowed }),
    ...(before !== undefined && { before }),
    explained: explainedBy(old.settling, task.explained),
  };
  const { report, settling } = settled(evaluate(snapshot, options), options, old, snapshot);
  const mayTell = settling === undefined && snapshot.docker !== undefined;
  const tookMs = performance.now() - began;
  const fingerprint = fingerprintOf(snapshot, report.ports);
  const engine = engineOf(snapshot) ?? old.engine;
  const found = changesOf({ at: old.settling?.since ?? snapshot.at, snapshot, old, report, engine, mayTell });
  const stranger = await askStranger(task, { old, fingerprint, report, snapshot, options }, signal);
  const memory: Memory = {
    version: 1,
    fingerprint,
    ...(engine !== undefined && { engine }),
    ...found.engineChangedAt,
    rulesets: found.rulesets,
    ...(settling !== undefined && { settling }),
    moments: found.moments.filter(({ until }) => until > at),
    ...stranger.seen,
  };
  const findings = [...findingsNow(report, memory), ...stranger.skews];
  const { ports } = report;
  await remember(folder, old, memory, mayTell ? snapshot : undefined);
  return {
    samples: samplesOf({ snapshot, ports, findings, memory, distrusted: stranger.distrusted, tookMs }),
    findings,
    changes: found.changes,
    hasDocker: snapshot.docker !== undefined,
    seesRules: snapshot.docker !== undefined && !snapshot.missing.some(({ part }) => RULES.has(part)),
    isSettling: settling !== undefined,
    published: ports.filter(({ from, hostAddress }) => from === 'outside' && !isLoopback(hostAddress)).length,
    closed: closedPorts(ports, stranger.distrusted),
    troubles: [...stranger.troubles, ...missingIn(snapshot)],
  };
}

/** The report without drift that may yet be explained. */
function settled(found: Report, { explained = [] }: EvaluateOptions, { settling: before }: Memory, now: Snapshot) {
  // While Docker is away nothing is told; what was before it went is what its rules are compared with.
  if (now.docker === undefined) return { report: found, settling: before };
  const isDrift = ({ check }: FirewallFinding) => check === 'ruleset_drift';
  const { told, settling } = settle(found.findings.find(isDrift), before, explained, now.at);
  const findings = told === undefined ? found.findings.filter((one) => !isDrift(one)) : found.findings;
  return { report: { ...found, findings }, settling };
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
  readonly options: EvaluateOptions;
}

interface Asked {
  readonly seen: Pick<Memory, 'knockedAt' | 'observations'>;
  readonly skews: readonly FirewallFinding[];
  readonly distrusted: ReadonlySet<string>;
  readonly troubles: readonly string[];
}

const NOT_ASKED: Asked = { seen: { observations: [] }, skews: [], distrusted: new Set(), troubles: [] };

/** What the stranger found, beside what the rules say of one who enters where he does. */
async function askStranger(task: LookTask, round: Round, signal: AbortSignal): Promise<Asked> {
  const { allowed, outside } = task;
  if (outside === undefined) return NOT_ASKED;
  const { report, snapshot, options } = round;
  let seen: Asked['seen'];
  try {
    seen = await knock(task.at, outside, round, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { ...NOT_ASKED, troubles: [messageOf(error)] };
  }
  const { ports: veth } = evaluate(snapshot, { ...options, from: outside.address4, enters: outside.enters });
  return {
    seen,
    skews: skewsOf({ veth, outer: report.ports }, seen.observations, outside, allowed),
    distrusted: distrusted(veth, seen.observations),
    troubles: [],
  };
}

/** Knocks when something has changed, or when it was long ago; else what was found then still stands. */
async function knock(
  at: Instant,
  outside: Outside,
  { old, fingerprint, report, snapshot }: Round,
  signal: AbortSignal,
): Promise<Asked['seen']> {
  const { knockedAt, observations } = old;
  if (knockedAt !== undefined && at - knockedAt < KNOCK_MS && fingerprint === old.fingerprint)
    return { knockedAt, observations };
  return { knockedAt: at, observations: await observe(report.ports, snapshot, outside, signal) };
}

/** What does not hold now, and what happened a while ago. */
function findingsNow(report: Report, { moments }: Memory): FirewallFinding[] {
  const past = moments.map(({ finding }) => finding);
  const known = new Set(past.map((one) => JSON.stringify(one)));
  return [...report.findings.filter((one) => !known.has(JSON.stringify(one))), ...past];
}

function missingIn({ missing, docker }: Snapshot): string[] {
  // Without Docker nothing depends on the rest.
  if (docker === undefined && !missing.some(({ part }) => part === 'docker')) return [];
  const words = missing.map(({ part, why }) => `${part} cannot be read: ${why}`);
  const isRoot = process.getuid?.() === 0;
  return words.length === 0 || isRoot ? words : [...words, HOW_WITHOUT_ROOT];
}
