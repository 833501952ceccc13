import { test } from 'node:test';
import { requireDocker } from '../integration/firewall/require-docker.ts';
import { runMatrix } from '../integration/firewall/run-matrix.ts';
import { ROOTLESS } from '../integration/firewall/scenarios/rootless.ts';
import { requireProgram } from '../require-program.ts';

test('a dockerd of a user who is not root: what is said of its ports is what clients find', async (t) => {
  const programs = ['rootlesskit', 'slirp4netns', 'newuidmap'];
  if (requireDocker(t) && programs.every((one) => requireProgram(one, t) !== undefined))
    await runMatrix(t, 'nft', ROOTLESS);
});
