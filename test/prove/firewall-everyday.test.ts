import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { runEveryday } from '../integration/firewall/run-everyday.ts';

for (const backend of ['nft', 'legacy'] as const) {
  test(`iptables-${backend}: many days of Docker, and its restarts, are no drift`, async (t) => {
    if (requireDocker(t)) await runEveryday(t, backend, 8);
  });
}
