import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { runMutations } from '../integration/firewall/run-mutations.ts';

for (const [kind, backend] of [
  ['plain', 'legacy'],
  ['plain', 'nft'],
  ['noproxy', 'nft'],
  ['v6', 'legacy'],
] as const) {
  test(`each rule of a healthy host deleted in turn: ${kind}, ${backend}`, async (t) => {
    if (requireDocker(t)) await runMutations(t, kind, backend);
  });
}
