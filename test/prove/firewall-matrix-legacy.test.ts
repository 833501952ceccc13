import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { runMatrix } from '../integration/firewall/run-matrix.ts';
import { SCENARIOS } from '../integration/firewall/scenarios/all.ts';

test('iptables-legacy: every verdict is what clients find, every fault is named, and nothing else', async (t) => {
  if (requireDocker(t)) await runMatrix(t, 'legacy', SCENARIOS);
});
