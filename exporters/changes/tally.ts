import type { Change, ChangeKind } from '../../model/change.ts';
import { sample } from '../../model/metric.ts';
import { changes as catalogued } from '../../model/metrics/changes.ts';
import type { Sample } from '../../model/sample.ts';
import type { Instant } from '../../model/time.ts';
import { openMemory } from './memory.ts';

/** Counts changes by kind, over restarts. */
export interface Tally {
  /** `isBacklog`: they happened before anybody watched, and count only as the latest. */
  count(changes: readonly Change[], isBacklog: boolean, now: Instant): Promise<void>;
  samples(): Sample[];
}

interface Counted {
  total: number;
  last?: Instant;
}

/** `kinds` are those that are counted from 0 on. */
export async function openTally(folder: string, kinds: readonly ChangeKind[]): Promise<Tally> {
  const memory = openMemory<Partial<Record<ChangeKind, Counted>>>(folder, 'tally');
  const known = (await memory.read()) ?? {};
  const counted = new Map(kinds.map((kind): [ChangeKind, Counted] => [kind, known[kind] ?? { total: 0 }]));
  return {
    async count(changes, isBacklog, now) {
      for (const { kind, at } of changes) {
        const one = counted.get(kind) ?? { total: 0 };
        if (!isBacklog) one.total++;
        // One that is later than now was dated before the clock was set right.
        one.last = Math.max(one.last === undefined || one.last > now ? 0 : one.last, at);
        counted.set(kind, one);
      }
      await memory.write(Object.fromEntries(counted));
    },
    samples: () =>
      [...counted].flatMap(([kind, { total, last }]) => [
        sample(catalogued.total, total, { kind }),
        ...(last === undefined ? [] : [sample(catalogued.last, last / 1e3, { kind })]),
      ]),
  };
}
