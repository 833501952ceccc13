import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { runCures } from '../integration/firewall/run-cures.ts';
import { SCENARIOS } from '../integration/firewall/scenarios/all.ts';

for (const backend of ['nft', 'legacy'] as const)
  for (const kind of ['plain', 'noproxy', 'v6', 'handsoff', 'apart'] as const) {
    test(`a dockerd on iptables-${backend} (${kind}): what is printed mends it, and opens nothing else`, async (t) => {
      if (!requireDocker(t)) return;
      const faults = SCENARIOS.filter(
        (one) =>
          (one.world ?? 'plain') === kind && one.finds !== undefined && (one.backends ?? [backend]).includes(backend),
      );
      await runCures(t, kind, backend, faults);
    });
  }
