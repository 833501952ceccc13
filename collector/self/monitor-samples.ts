import type { ForeignFamily } from '../../model/exporter.ts';
import type { Check } from '../../model/finding.ts';
import { sample } from '../../model/metric.ts';
import { self } from '../../model/metrics/self.ts';
import type { Monitor } from '../../model/monitor.ts';
import type { Identity, Sample } from '../../model/sample.ts';
import type { Stand, Standing } from '../../model/standing.ts';
import { identityOf, samplesOf } from '../measure.ts';

const STANDINGS: readonly Standing[] = ['up', 'degraded', 'down', 'unknown'];

/** Samples, and whose they are. */
export interface Owned {
  readonly identity: Identity;
  readonly samples: readonly Sample[];
  /** What those are that the catalogue does not know. */
  readonly families?: readonly ForeignFamily[];
}

/** What is known of each monitor beside its checks: what it is, and where it stands. */
export function* standingSamples(monitors: Iterable<Monitor>, stands: Iterable<Stand>): Generator<Owned> {
  const standing = new Map([...stands].filter((one) => one.vantage === '').map((one) => [one.monitor, one]));
  for (const monitor of monitors) {
    const { name, kind, group, title, slug } = monitor;
    const samples = [sample(self.monitor, 1, { kind, group, title, slug, public: String(monitor.public) })];
    const stand = standing.get(name);
    if (stand !== undefined) {
      for (const one of STANDINGS)
        samples.push(sample(self.standing, stand.standing === one ? 1 : 0, { standing: one }));
      samples.push(sample(self.since, stand.since / 1e3));
    }
    yield { identity: { job: 'probe', instance: name }, samples };
  }
}

/** Remembers the latest check of every monitor from every vantage. */
export interface LatestChecks {
  take(check: Check): void;
  /** Forgets the monitors that are no more, and the vantages from which one is checked no more. */
  keepOnly(monitors: readonly Monitor[]): void;
  samples(): Generator<Owned>;
  intervals(): Generator<Owned>;
}

export function rememberChecks(): LatestChecks {
  const latest = new Map<string, { check: Check; intervalSeconds: number | undefined }>();
  return {
    take(check) {
      const key = keyOf(check.monitor, check.vantage);
      const before = latest.get(key)?.check;
      const intervalSeconds = before === undefined ? undefined : (check.steadyAt - before.steadyAt) / 1e3;
      latest.set(key, { check, intervalSeconds });
    },
    keepOnly(monitors) {
      const wanted = new Set(monitors.flatMap(({ name, vantages }) => vantages.map((vantage) => keyOf(name, vantage))));
      for (const key of latest.keys()) if (!wanted.has(key)) latest.delete(key);
    },
    *samples() {
      for (const { check } of latest.values()) yield { identity: identityOf(check), samples: samplesOf(check) };
    },
    *intervals() {
      for (const { check, intervalSeconds } of latest.values())
        if (intervalSeconds !== undefined)
          yield { identity: identityOf(check), samples: [sample(self.interval, intervalSeconds)] };
    },
  };
}

function keyOf(monitor: string, vantage: string): string {
  return `${vantage}\n${monitor}`;
}
