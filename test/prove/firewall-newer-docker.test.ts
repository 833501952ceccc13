import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRANGER_ADDRESS } from '../integration/docker-host/private-host.ts';
import { writeLabelled } from '../integration/firewall/label.ts';
import { layOutWorld } from '../integration/firewall/laid-out-world.ts';
import { faultsOf, NEWER_DOCKERS } from '../integration/firewall/newer-docker.ts';
import type { Outcome } from '../integration/firewall/outcome.ts';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { assertSure } from '../integration/firewall/run-matrix.ts';
import type { Scenario } from '../integration/firewall/scenario.ts';
import { lookAtHealth, tryScenario } from '../integration/firewall/try-scenario.ts';

/** The snapshots that tests without root read (test/exporters/docker-firewall/labelled.test.ts). */
async function keep(
  docker: string,
  { name, keepAs }: Scenario,
  { snapshot, comparisons, findings }: Outcome,
): Promise<void> {
  if (keepAs === undefined) return;
  const finds = [...new Set(findings.map(({ check }) => check))];
  const label = `${docker}: ${name}`;
  const file = `${docker.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${keepAs}`;
  await writeLabelled(file, { label, from: STRANGER_ADDRESS, finds, snapshot }, comparisons);
}

for (const [label, layout] of Object.entries(NEWER_DOCKERS)) {
  test(`${label}: as it lays down its rules, and what can befall them`, async (t) => {
    if (!requireDocker(t)) return;
    await using world = await layOutWorld(layout);
    const health = await lookAtHealth(world);
    const outcomes: Outcome[] = [];
    for (const scenario of faultsOf(layout)) {
      await t.test(scenario.name, async () => {
        const outcome = await tryScenario(world, health, scenario);
        outcomes.push(outcome);
        if (process.env.UPDATE_GOLDEN) await keep(label, scenario, outcome);
        assert.deepEqual(outcome.wrong, []);
      });
    }
    assertSure(t, outcomes);
  });
}
