import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../model/time.ts';
import { writeFileAtomically } from '../../runtime/atomic-file.ts';
import type { Engine } from './engine.ts';
import type { Observation } from './knock/observe.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { FirewallFinding, PortReport } from './report.ts';
import { type Backend, rulesetHashes } from './rulesets.ts';
import type { Settling } from './settling.ts';
import type { Snapshot } from './snapshot.ts';

/** What is remembered from one look to the next, and over a restart. */
export interface Memory {
  readonly version: 1;
  /** Of the snapshot that was kept: see `fingerprintOf`. */
  readonly fingerprint: string;
  readonly engine?: Engine;
  readonly engineChangedAt?: Instant;
  readonly rulesets: Partial<Record<Backend, SeenRules>>;
  /** The snapshot that was kept is an older one. */
  readonly isBehind?: boolean;
  /** Drift that is looked at once more. */
  readonly settling?: Settling;
  /** Findings about a moment, not a state, and until when they are told of. */
  readonly moments: readonly { readonly finding: FirewallFinding; readonly until: Instant }[];
  /** What knocking has found, and when. */
  readonly knockedAt?: Instant;
  readonly observations: readonly Observation[];
}

export interface SeenRules {
  readonly hash: string;
  readonly changedAt?: Instant;
  readonly explained?: boolean;
}

export const NOTHING: Memory = { version: 1, fingerprint: '', rulesets: {}, moments: [], observations: [] };

/** What was kept in the folder; what is absent or cannot be read counts as none. */
export async function recall(folder: string): Promise<{ readonly memory: Memory; readonly before?: Snapshot }> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    const memory = JSON.parse(await read('memory.json')) as Memory;
    if (memory.version !== NOTHING.version) return { memory: NOTHING };
    const before = await read('snapshot.json').then(
      (text) => readSnapshot(text, join(folder, 'snapshot.json')),
      () => undefined,
    );
    return { memory, ...(before !== undefined && { before }) };
  } catch {
    return { memory: NOTHING };
  }
}

/**
 * Keeps what is new, each file whole or not at all. The snapshot that later ones are compared with is written only when it says something
 * else than the one before, and not where none is given.
 */
export async function remember(folder: string, before: Memory, memory: Memory, snapshot?: Snapshot): Promise<void> {
  const write = (name: string, content: unknown) =>
    writeFileAtomically(join(folder, name), JSON.stringify(content), { mode: 0o640, durable: false });
  const isOther = before.fingerprint !== memory.fingerprint || before.isBehind === true;
  if (isOther && snapshot !== undefined) await write('snapshot.json', snapshot);
  const now: Memory = isOther && snapshot === undefined ? { ...memory, isBehind: true } : memory;
  if (JSON.stringify(before) !== JSON.stringify(now)) await write('memory.json', now);
}

/** A hash of what the walk depends on and says. Counters, sockets, the lifetimes of addresses and entries of sets do not count by themselves. */
export function fingerprintOf(snapshot: Snapshot, ports: readonly PortReport[] = []): string {
  const { sysctls, docker, packaging, missing } = snapshot;
  const { Containers: _, ContainersRunning: __, ...info } = docker?.info ?? {};
  const verdicts = ports.map(({ container, port, proto, family, from, verdict }) => [
    container,
    port,
    proto,
    family,
    from,
    verdict,
  ]);
  const parts = [rulesetHashes(snapshot), sysctls, { ...docker, info }, packaging, missing, verdicts];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
