import { sample } from '../../model/metric.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Sample } from '../../model/sample.ts';
import type { Instant } from '../../model/time.ts';
import { FLAPPING } from '../../model/unit.ts';
import type { FailureCounts } from './failure-counts.ts';
import type { FailureBook } from './failures.ts';
import { numberOf, textOf } from './signals.ts';
import type { Properties, UnitRow } from './systemd-calls.ts';
import type { WatchFigures } from './watch.ts';

/** node_exporter's five, which leave out units that are reloading. */
const NODE_STATES = ['active', 'activating', 'deactivating', 'inactive', 'failed'];
const STATES = [...NODE_STATES, 'reloading', 'maintenance'];
/** org.freedesktop.systemd1(5), SystemState. */
const MANAGER_STATES = [
  'initializing',
  'starting',
  'running',
  'degraded',
  'maintenance',
  'stopping',
  'offline',
  'unknown',
];

/** What is asked of systemd itself. */
export const MANAGER_PROPERTIES = ['SystemState', 'Version', 'Virtualization', 'NJobs'];
/** A user's systemd speaks of the same machine: only the system's is told under node_exporter's names. */
export const SYSTEM = 'system';

/** How many units are in each state, and what systemd says of itself. */
export function summarize(scope: string, rows: readonly UnitRow[], manager: Properties): Sample[] {
  const counts = new Map<string, number>();
  for (const { active } of rows) counts.set(active, (counts.get(active) ?? 0) + 1);
  const count = (state: string) => counts.get(state) ?? 0;
  const said = textOf(manager.SystemState) ?? 'unknown';
  const jobs = numberOf(manager.NJobs);
  return [
    ...STATES.map((state) => sample(systemd.units, count(state), { scope, state })),
    ...MANAGER_STATES.map((state) => sample(systemd.managerState, state === said ? 1 : 0, { scope, state })),
    ...(jobs === undefined ? [] : [sample(systemd.jobsQueued, jobs, { scope })]),
    ...(scope === SYSTEM ? nodeSummary(count, said, manager) : []),
  ];
}

function nodeSummary(count: (state: string) => number, said: string, manager: Properties): Sample[] {
  const version = textOf(manager.Version) ?? '';
  const number = /\d{3,}(?:\.\d+)?/.exec(version)?.[0];
  const virtualization = textOf(manager.Virtualization) ?? 'none';
  return [
    ...NODE_STATES.map((state) => sample(systemd.nodeUnits, count(state), { state })),
    sample(systemd.nodeRunning, said === 'running' ? 1 : 0),
    ...(number === undefined ? [] : [sample(systemd.nodeVersion, Number(number), { version })]),
    sample(systemd.nodeVirtualization, 1, { virtualization_type: virtualization }),
  ];
}

/** Failures since the box began, and who flaps. Units that are expected are counted from zero on. */
export function countFailures(
  scope: string,
  counts: FailureCounts,
  expected: readonly string[],
  now: Instant,
): Sample[] {
  const byUnit = counts.byUnit();
  return [
    sample(systemd.failures, counts.total(), { scope }),
    ...[...byUnit].flatMap(([name, results]) =>
      [...results].map(([result, count]) => sample(systemd.unitFailures, count, { scope, name, result })),
    ),
    ...expected
      .filter((name) => !byUnit.get(name)?.has('exit-code'))
      .map((name) => sample(systemd.unitFailures, 0, { scope, name, result: 'exit-code' })),
    ...[...byUnit.keys()]
      .filter((name) => counts.recent(name, now).length >= FLAPPING.failures)
      .map((name) => sample(systemd.unitFlapping, 1, { scope, name })),
  ];
}

/** How often systemd started services again, for those that it did. */
export function countRestarts(rows: readonly UnitRow[], book: FailureBook): Sample[] {
  return rows.flatMap(({ name }) => {
    const restarts = book.last(name)?.restarts ?? 0;
    return restarts > 0 ? [sample(systemd.nodeRestarts, restarts, { name })] : [];
  });
}

/** How the watch itself fares. */
export function watchSamples(scope: string, { connected, signals, resyncs, jobs }: WatchFigures): Sample[] {
  return [
    sample(systemd.connected, connected ? 1 : 0, { scope }),
    sample(systemd.signals, signals, { scope }),
    sample(systemd.resyncs, resyncs, { scope }),
    ...[...jobs].map(([result, count]) => sample(systemd.jobResults, count, { scope, result })),
  ];
}

/** Units, in memory or expected, whose files cannot be loaded. Those that are merely mentioned by others and do not exist are no mistake. */
export function loadErrors(scope: string, rows: readonly UnitRow[], expected: readonly UnitRow[]): Sample[] {
  const listed = new Set(rows.map(({ name }) => name));
  return [...rows, ...expected.filter(({ name }) => !listed.has(name))]
    .filter(({ load }) => load === 'error' || load === 'bad-setting')
    .map(({ name, load }) => sample(systemd.unitLoadError, 1, { scope, name, load_state: load }));
}

/** node_exporter's five series for each unit. */
export function stateVector(name: string, active: string, type: string): Sample[] {
  return NODE_STATES.map((state) => sample(systemd.nodeUnitState, state === active ? 1 : 0, { name, state, type }));
}
