import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { roundsWanted, runRandom } from '../integration/firewall/run-random.ts';

for (const [kind, backend, rounds] of [
  ['plain', 'legacy', 60],
  ['plain', 'nft', 60],
  ['noproxy', 'nft', 30],
  ['v6', 'legacy', 30],
] as const) {
  test(`random rules on a healthy host: ${kind}, ${backend}`, async (t) => {
    if (requireDocker(t)) await runRandom(t, kind, backend, roundsWanted(rounds));
  });
}
