import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { backendsOf } from '../../../exporters/docker-firewall/engine.ts';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { FirewallFinding } from '../../../exporters/docker-firewall/report.ts';
import type { Backend } from '../docker-host/private-host.ts';
import type { DockerHost } from '../docker-host.ts';
import { type Comparison, inWords, isFalse } from './outcome.ts';
import { portInWords } from './truth.ts';
import { compare } from './try-scenario.ts';
import { CONTAINERS, otherThan, startWorld, type World } from './world.ts';

/** What dockerd's backend is called in a report. */
const CALLED = { legacy: 'legacy', nft: 'nft_compat' } as const;

interface Look {
  readonly findings: readonly FirewallFinding[];
  readonly backends: ReturnType<typeof backendsOf>;
  /** Published ports, in words, that a stranger does not reach; loopback is not among them. */
  readonly lost: readonly string[];
}

/**
 * The machine's alternatives change below a running dockerd, as an upgrade does it: what is foretold of its next start, that start, and
 * what mends it by the command that is printed.
 */
export async function runDrift(t: TestContext, from: Backend): Promise<void> {
  const to = otherThan(from);
  await using world = await startWorld('plain', from);
  const docker = world.docker ?? assert.fail('there is no dockerd');

  await t.test('a restart without drift finds nothing, though containers have changed their addresses', async () => {
    await restart(world, docker);
    const { findings, lost } = await look(world);
    assert.deepEqual(findings.map(inWords), []);
    assert.deepEqual(lost, []);
  });

  let foretold = '';
  await t.test('before the restart all is reached, and what comes is told', async () => {
    await world.host.changeBackend(to);
    const { findings, backends, lost } = await look(world);
    assert.deepEqual(lost, []);
    assert.deepEqual(findings.map(({ check }) => check).sort(), ['backend_mismatch', 'time_bomb']);
    assert.deepEqual(backends, { dockerd: CALLED[from], host: CALLED[to], next_restart: CALLED[to] });
    const bomb = findings.find(({ check }) => check === 'time_bomb') ?? assert.fail();
    foretold = inWords(bomb);
    assert.match(bomb.says, new RegExp(`in iptables-${from}, .* will take iptables-${to}\\.`));
    assert.match(bomb.says, /container then has another is cut off, or leads to another container/);
    assert.match(foretold, new RegExp(`${from} filter FORWARD policy DROP`));
    const back = (program: string) => `update-alternatives --set ${program} /usr/sbin/${program}-${from}`;
    assert.equal(bomb.fix, `${back('iptables')}; ${back('ip6tables')}`);
    assert.match(bomb.sideEffect ?? '', /whatever else runs iptables/);
  });

  await t.test('the alternatives back again: nothing is found', async () => {
    await world.host.changeBackend(from);
    assert.deepEqual((await look(world)).findings.map(inWords), []);
    await world.host.changeBackend(to);
  });

  await t.test('until the restart no container that publishes a port can be started, as was told', async () => {
    assert.match(foretold, /Until then no container that publishes a port can be started/);
    const late = { name: 'late', publishes: ['8090:80/tcp'] };
    await assert.rejects(docker.startContainer(late), /No chain\/target\/match by that name/);
    await docker.engine({ method: 'DELETE', path: '/containers/late?force=true' });
  });

  await t.test('after the restart it is as was told, and the cause is named', async () => {
    await restart(world, docker);
    assert.match(await world.host.run(`iptables-${to}-save`), /-A DOCKER .*-j DNAT/);
    const { findings, backends, lost } = await look(world);
    assert.equal(backends.dockerd, CALLED[to]);
    // Whose address has changed is cut off; whose is the same is not.
    assert.ok(
      lost.some((port) => port.startsWith('web 0.0.0.0:8080/tcp')),
      lost.join(),
    );
    assert.ok(!lost.some((port) => port.startsWith('app')), lost.join());
    const checks = findings.map(({ check }) => check);
    assert.ok(checks.includes('split_brain'));
    assert.ok(!checks.includes('time_bomb') && !checks.includes('backend_mismatch'), checks.join());
    const strays = findings.filter((one) => !/iptables-(?:legacy|nft)|leads to 172\.17\.0/.test(inWords(one)));
    assert.deepEqual(strays, []);
    assert.match(
      findings.find(({ check }) => check === 'split_brain')?.says ?? '',
      new RegExp(`those of iptables-${from} are left`),
    );
  });

  await t.test('the printed command mends it', async () => {
    const { findings } = await look(world);
    await world.host.run(findings.find(({ check }) => check === 'split_brain')?.fix ?? assert.fail());
    const mended = await look(world);
    assert.deepEqual(mended.lost, []);
    assert.deepEqual(mended.findings.map(inWords), []);
  });
}

/** Restarts dockerd, and its containers in another order than before, so that they change their addresses. */
async function restart(world: World, docker: DockerHost): Promise<void> {
  const before = await addressOf(docker, 'web');
  await docker.restart();
  const [web, spare, app] = CONTAINERS;
  for (const wish of before === '172.17.0.2' ? [spare, web, app] : [web, spare, app]) {
    const { network, resident } = await docker.startAgain(wish ?? assert.fail());
    world.neighbours.set(network, resident);
  }
  assert.notEqual(await addressOf(docker, 'web'), before);
}

async function addressOf(docker: DockerHost, name: string): Promise<string> {
  const seen = (await docker.engine({ path: `/containers/${name}/json` })) as {
    NetworkSettings: { Networks: { bridge: { IPAddress: string } } };
  };
  return seen.NetworkSettings.Networks.bridge.IPAddress;
}

/** What is said and what clients find; no verdict may be false. */
async function look(world: World): Promise<Look> {
  const snapshot = await world.snapshot();
  const report = evaluate(snapshot);
  const comparisons = await compare(world, snapshot, report);
  assert.deepEqual(comparisons.filter(isFalse).map(inShort), []);
  const lost = comparisons.filter(
    ({ knocked, reached }) => knocked.from === 'outside' && !reached && !knocked.hostAddress.startsWith('127.'),
  );
  return {
    findings: report.findings,
    backends: backendsOf(snapshot),
    lost: lost.map(({ knocked }) => portInWords(knocked)),
  };
}

function inShort({ knocked, reached, said }: Comparison): string {
  return `${portInWords(knocked)}: ${reached ? 'reached' : 'not reached'}, said to be ${said?.verdict}: ${said?.why}`;
}
