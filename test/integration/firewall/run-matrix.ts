import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Backend } from '../docker-host/private-host.ts';
import { countUnknown, type Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { drawTable } from './table.ts';
import { lookAtHealth, tryScenario } from './try-scenario.ts';
import { startWorld, type WorldKind } from './world.ts';

const KINDS: readonly WorldKind[] = ['plain', 'noproxy', 'v6', 'handsoff', 'apart', 'rootless'];
/** One verdict in so many may be unknown. */
const UNKNOWN_AT_MOST = 1 / 20;

/** Tries every scenario on a real dockerd of that backend, each a subtest, and prints what came of all. */
export async function runMatrix(t: TestContext, backend: Backend, scenarios: readonly Scenario[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const kind of KINDS) {
    const here = scenarios.filter(
      (one) => (one.world ?? 'plain') === kind && (one.backends ?? [backend]).includes(backend),
    );
    if (here.length === 0) continue;
    await using world = await startWorld(kind, backend);
    const health = await lookAtHealth(world);
    for (const scenario of here) {
      await t.test(scenario.name, async () => {
        const outcome = await tryScenario(world, health, scenario);
        outcomes.push(outcome);
        assert.deepEqual(outcome.wrong, []);
      });
    }
  }
  assertSure(t, outcomes);
}

/** Prints the table, and fails when too much of it is unknown. */
export function assertSure(t: TestContext, outcomes: readonly Outcome[]): void {
  const all = outcomes.flatMap(({ comparisons }) => comparisons);
  const unknown = countUnknown(all);
  t.diagnostic(
    `${outcomes.length} scenarios, ${all.length} verdicts, ${unknown} of them unknown\n${drawTable(outcomes)}`,
  );
  assert.ok(all.length > 0, 'nothing was compared');
  assert.ok(unknown <= all.length * UNKNOWN_AT_MOST, `${unknown} of ${all.length} verdicts are unknown`);
}
