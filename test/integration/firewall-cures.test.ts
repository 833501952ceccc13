import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enableUfw, startFirewalld } from './firewall/real-firewalls.ts';
import { requireDocker } from './firewall/require-docker.ts';
import { mend, openCureWorld, runCures } from './firewall/run-cures.ts';
import { SCENARIOS } from './firewall/scenarios/all.ts';

/** Some of the whole matrix, which `npm run prove` runs. */
const SOME = [
  'a DROP in DOCKER-USER for everything that comes in',
  'a REDIRECT takes the port away before Docker',
  "Docker's rules stand in the other backend too, and there are out of date",
  'native: a forward chain whose policy is drop',
];

test('what is printed mends a host that a firewall closes, and opens nothing else', async (t) => {
  if (!requireDocker(t)) return;
  const some = SCENARIOS.filter(({ name }) => SOME.includes(name));
  assert.equal(some.length, SOME.length);
  await runCures(t, 'plain', 'nft', some);
});

test("a real ufw: where Docker's rules are gone Docker is started again, and what ufw closes stays closed", async (t) => {
  if (!requireDocker(t)) return;
  await using home = await openCureWorld('plain', 'nft', 'open');
  const { world } = home;
  if ((await enableUfw(t, world.host)) === undefined) return;
  assert.deepEqual(await home.unrelated(), []);
  for (const fault of ['true', 'iptables -t nat -F', 'iptables -F FORWARD']) {
    await world.run(fault);
    const cures = await mend(home);
    assert.deepEqual(cures, fault === 'true' ? [] : ['systemctl restart docker'], fault);
  }
});

test('a real firewalld that starts after Docker, and takes its rules: Docker is started again', async (t) => {
  if (!requireDocker(t)) return;
  await using home = await openCureWorld('plain', 'nft', 'open');
  const { world } = home;
  await using firewalld = await startFirewalld(t, world.host);
  if (firewalld === undefined) return;
  assert.deepEqual(await home.unrelated(), []);
  assert.deepEqual(await mend(home), ['systemctl restart docker']);
});
