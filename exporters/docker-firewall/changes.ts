import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../model/change.ts';
import { HOUR, type Instant } from '../../model/time.ts';
import { type Engine, engineInWords } from './engine.ts';
import { backendIn } from './evaluate/checks/drift.ts';
import type { Memory, SeenRules } from './memory.ts';
import type { CheckName, FirewallFinding, Report } from './report.ts';
import { type Backend, CHAINS_BACKEND, rulesetHashes } from './rulesets.ts';
import type { Snapshot } from './snapshot.ts';

/** Findings about a moment are told of for so long. */
const HELD_MS = HOUR;
const MOMENTS: ReadonlySet<CheckName> = new Set(['ruleset_drift', 'engine_changed']);
const DETAIL_BYTES = 10_000;

const NAMES: Readonly<Record<Backend, string>> = {
  legacy: 'iptables-legacy',
  nft_compat: 'iptables-nft',
  nft_native: 'nftables',
};

export interface Comparison {
  readonly at: Instant;
  readonly snapshot: Snapshot;
  readonly old: Memory;
  readonly report: Report;
  readonly engine: Engine | undefined;
  /** False while drift is to be looked at once more, or Docker is away: nothing is said of the rules then. */
  readonly mayTell: boolean;
}

/** What is other than it was remembered, as changes to be recorded and for the memory. */
export function changesOf({ at, snapshot, old, report, engine, mayTell }: Comparison): {
  readonly changes: readonly Change[];
  readonly rulesets: Memory['rulesets'];
  readonly engineChangedAt: Pick<Memory, 'engineChangedAt'>;
  readonly moments: Memory['moments'];
} {
  const drift = report.findings.filter(({ check }) => check === 'ruleset_drift').flatMap(({ evidence }) => evidence);
  const changes: Change[] = [];
  const rulesets: Partial<Record<Backend, SeenRules>> = { ...old.rulesets };
  for (const [name, hash] of mayTell ? Object.entries(rulesetHashes(snapshot)) : []) {
    const backend = name as Backend;
    const before = old.rulesets[backend];
    if (before === undefined) rulesets[backend] = { hash };
    if (before === undefined || before.hash === hash) continue;
    const lines = drift.filter((line) => backendIn(line) === CHAINS_BACKEND[backend]);
    rulesets[backend] = { hash, changedAt: at, explained: lines.length === 0 };
    // What Docker has written belongs to what it did, which is told as such.
    if (lines.length === 0) continue;
    const detail = ['nothing that Docker did explains it', ...lines].join('\n').slice(0, DETAIL_BYTES);
    changes.push({
      at,
      kind: 'firewall',
      what: `${NAMES[backend]} rules`,
      from: before.hash,
      to: hash,
      detail,
    });
  }
  const engineIsNew =
    old.engine !== undefined && engine !== undefined && engineInWords(old.engine) !== engineInWords(engine);
  if (engineIsNew && old.engine !== undefined)
    changes.push({ at, kind: 'engine', what: 'docker', from: engineInWords(old.engine), to: engineInWords(engine) });
  const engineChangedAt = engineIsNew ? at : old.engineChangedAt;
  // While drift is settling, all is compared with the same snapshot again.
  const isNew = (finding: FirewallFinding) => !old.moments.some((one) => isDeepStrictEqual(one.finding, finding));
  const happened = report.findings.filter((one) => MOMENTS.has(one.check) && isNew(one));
  return {
    changes,
    rulesets,
    engineChangedAt: engineChangedAt === undefined ? {} : { engineChangedAt },
    moments: [...old.moments, ...happened.map((finding) => ({ finding, until: at + HELD_MS }))],
  };
}
