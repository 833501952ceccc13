import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOutWorld } from '../integration/firewall/laid-out-world.ts';
import { NEWER_DOCKERS, ON_IPTABLES, ON_NFTABLES } from '../integration/firewall/newer-docker.ts';
import type { Outcome } from '../integration/firewall/outcome.ts';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { assertSure } from '../integration/firewall/run-matrix.ts';
import { lookAtHealth, tryScenario } from '../integration/firewall/try-scenario.ts';

for (const [label, layout] of Object.entries(NEWER_DOCKERS)) {
  test(`${label}: as it lays down its rules, and what can befall them`, async (t) => {
    if (!requireDocker(t)) return;
    await using world = await layOutWorld(layout);
    const health = await lookAtHealth(world);
    const outcomes: Outcome[] = [];
    for (const scenario of label.endsWith('nftables') ? ON_NFTABLES : ON_IPTABLES) {
      await t.test(scenario.name, async () => {
        const outcome = await tryScenario(world, health, scenario);
        outcomes.push(outcome);
        assert.deepEqual(outcome.wrong, []);
      });
    }
    assertSure(t, outcomes);
  });
}
