import { test } from 'node:test';
import { requireDocker } from './firewall/require-docker.ts';
import { runMatrix } from './firewall/run-matrix.ts';
import { SCENARIOS } from './firewall/scenarios/all.ts';

/** Ten of the whole matrix, which `npm run prove` runs. */
const TEN = {
  nft: [
    'healthy: as Docker left it',
    'healthy: like ufw',
    'story 8: the other backend of iptables holds a FORWARD policy of DROP',
    'a DROP in DOCKER-USER for everything that comes in',
    "the reply's ACCEPT is gone",
    'the DNAT of one port is gone, docker-proxy answers in its place',
    'forwarding is off',
    'a bridge is down',
    'native: a forward chain whose policy is drop',
  ],
  legacy: ['story 8 the other way round: nft holds a FORWARD policy of DROP'],
} as const;

for (const backend of ['nft', 'legacy'] as const) {
  test(`a real dockerd on iptables-${backend}: what is said of its ports is what clients find`, async (t) => {
    if (!requireDocker(t)) return;
    const names: readonly string[] = TEN[backend];
    const scenarios = names.map((name) => {
      const found = SCENARIOS.find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no scenario "${name}"`);
      return found;
    });
    await runMatrix(t, backend, scenarios);
  });
}
