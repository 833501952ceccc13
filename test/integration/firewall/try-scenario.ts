import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { Report } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { type Comparison, findFaults, isFalse, lineOn, type Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { type Knocked, knockAll, knocksOf } from './truth.ts';
import type { World } from './world.ts';

const PATIENCE_MS = 1_200;
/** On a busy machine several tries may be lost; what contradicts the evaluator is tried once more, for longer. */
const SECOND_PATIENCE_MS = 5_000;

/** What a stranger can reach on a healthy host, and a snapshot of it. */
export interface Health {
  readonly snapshot: Snapshot;
  readonly reached: ReadonlySet<string>;
}

/** Looks at a healthy host. */
export async function lookAtHealth(world: World): Promise<Health> {
  const snapshot = await world.snapshot();
  const found = await knockAll(world, knocksOf(snapshot), SECOND_PATIENCE_MS);
  return {
    snapshot,
    reached: new Set([...found].filter(([, reached]) => reached).map(([one]) => JSON.stringify(one))),
  };
}

/** Breaks a world as a scenario says, compares the report with what clients find, and mends it. */
export async function tryScenario(world: World, health: Health, scenario: Scenario): Promise<Outcome> {
  const visitor = await scenario.visitor?.(world);
  try {
    await world.run(scenario.inject);
    const snapshot = await world.snapshot();
    const report = evaluate(snapshot, scenario.options?.(health.snapshot) ?? {});
    const comparisons = await compare(world, snapshot, report);
    const lost = losesPort(comparisons, health);
    const { findings } = report;
    return {
      name: scenario.name,
      snapshot,
      comparisons,
      findings,
      wrong: findFaults(scenario, lost, comparisons, findings),
    };
  } finally {
    await visitor?.[Symbol.asyncDispose]();
    if (scenario.undo !== undefined) await world.run(scenario.undo);
    await world.healthy.restore();
  }
}

/** Whether a stranger cannot reach a port any more. */
export function losesPort(comparisons: readonly Comparison[], { reached }: Health): boolean {
  return comparisons.some(
    (one) => one.knocked.from === 'outside' && !one.reached && reached.has(JSON.stringify(one.knocked)),
  );
}

/** Knocks on every published port and puts the answers beside the report. */
export async function compare(world: World, snapshot: Snapshot, report: Report): Promise<readonly Comparison[]> {
  const all = knocksOf(snapshot);
  const first = await knockAll(world, all, PATIENCE_MS);
  const beside = (found: Map<Knocked, boolean>) =>
    all.map((knocked) => ({ knocked, reached: found.get(knocked) ?? false, said: lineOn(report, knocked) }));
  const doubtful = beside(first).filter(isFalse);
  if (doubtful.length === 0) return beside(first);
  const second = await knockAll(
    world,
    doubtful.map(({ knocked }) => knocked),
    SECOND_PATIENCE_MS,
  );
  return beside(new Map([...first, ...second]));
}
