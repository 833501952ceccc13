import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { runDrift } from '../integration/firewall/run-drift.ts';

for (const backend of ['legacy', 'nft'] as const) {
  test(`the alternatives leave iptables-${backend} below a running dockerd: what is foretold comes true`, async (t) => {
    if (requireDocker(t)) await runDrift(t, backend);
  });
}
