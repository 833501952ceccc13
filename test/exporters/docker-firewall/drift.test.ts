import { test } from 'node:test';
import { requireDocker } from '../../integration/firewall/require-docker.ts';
import { runEveryday } from '../../integration/firewall/run-everyday.ts';

test("what Docker does every day is no drift, nor is its restart; somebody else's rule is", async (t) => {
  if (requireDocker(t)) await runEveryday(t, 'nft', 2);
});
