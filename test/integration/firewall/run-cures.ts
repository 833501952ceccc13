import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { FirewallFinding } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { type Backend, HOST_ADDRESS } from '../docker-host/private-host.ts';
import { whatItDisarms } from './harmless.ts';
import { keepRules } from './keep-rules.ts';
import { inWords } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { type Knocked, knockAll, knocksOf, portInWords } from './truth.ts';
import { CONTAINERS, startWorld, type World, type WorldKind } from './world.ts';

/** A cure may bring the next cause to light; a host that is mended needs no more of them. */
const MOST_CURES = 8;
const PATIENCE_MS = 1_200;
const SECOND_PATIENCE_MS = 5_000;
/** A service of the host's own that is nobody's business outside. */
const OWN_PORT = 9999;

/** As ufw closes a host: only what is known, this host itself and ssh may come in. */
const CLOSE = ['iptables', 'ip6tables']
  .map(
    (program) => `${program} -A INPUT -i lo -j ACCEPT
      ${program} -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      ${program} -A INPUT -p ${program === 'iptables' ? 'icmp' : 'ipv6-icmp'} -j ACCEPT
      ${program} -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
      ${program} -P INPUT DROP`,
  )
  .join('\n');

/** Breaks worlds as scenarios say, on a host that a firewall closes, and runs each cure that is printed until strangers reach all again. */
export async function runCures(
  t: TestContext,
  kind: WorldKind,
  backend: Backend,
  scenarios: readonly Scenario[],
): Promise<void> {
  // Where Docker writes no rules, all that it publishes comes in by INPUT.
  await using home = await openCureWorld(kind, backend, kind === 'handsoff' ? 'open' : 'closed');
  let ran = 0;
  for (const scenario of scenarios) {
    await t.test(`${kind}: ${scenario.name}`, async (one) => {
      const cures = await cure(home, scenario);
      ran += cures.length;
      one.diagnostic(cures.length === 0 ? 'no cure was printed' : cures.join('\n'));
    });
  }
  assert.ok(ran > 0, 'no cure was run');
}

export interface CureWorld extends AsyncDisposable {
  readonly world: World;
  /** Puts back the rules, and the containers where they were started again. */
  restore(): Promise<void>;
  readonly reached: ReadonlySet<string>;
  /** Runs what was printed; where Docker is to be started again, its containers are too, as a restart policy does it. */
  run(fix: string): Promise<void>;
  /** What of all that is nobody's business a stranger reaches, in words. */
  unrelated(): Promise<readonly string[]>;
}

/** A world, closed as a firewall does it or `open` yet, with services that no stranger is meant to reach. */
export async function openCureWorld(
  kind: WorldKind,
  backend: Backend,
  firewall: 'closed' | 'open' = 'closed',
): Promise<CureWorld> {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await startWorld(kind, backend));
  const { host, docker = assert.fail('there is no dockerd') } = world;
  await host.inside.serve('own', 'tcp', OWN_PORT);
  const spare = (await world.run('echo $SPARE')).trim();
  await runOutside(world, `ip route replace 172.16.0.0/12 via ${HOST_ADDRESS[4]}`);
  if (firewall === 'closed') await world.run(CLOSE);
  let healthy = await keepRules(host);
  let restarted = false;

  async function startContainers(): Promise<void> {
    restarted = true;
    for (const wish of CONTAINERS) {
      const { network, resident } = await docker.startAgain(wish);
      world.neighbours.set(network, resident);
    }
  }

  // IPv6 that Docker has not set up those firewalls close on purpose.
  const isMeant = (port: string) => firewall === 'closed' || !port.includes('[::]');
  const reached = new Set([...(await reachedBy(world, SECOND_PATIENCE_MS))].filter(isMeant));
  assert.ok(reached.size >= 3, [...reached].join());
  const owned = opened.move();
  return {
    world,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
    reached,
    async run(fix) {
      const to = /update-alternatives --set iptables \/usr\/sbin\/iptables-(nft|legacy)/.exec(fix)?.[1];
      if (to !== undefined) await host.changeBackend(to as Backend);
      const network = /^docker restart \$\(docker ps --quiet --filter network=(\S+)\)$/.exec(fix)?.[1];
      if (network !== undefined) {
        for (const one of CONTAINERS) await docker.engine({ method: 'POST', path: `/containers/${one.name}/stop` });
        return startContainers();
      }
      const rest = fix.replaceAll(/update-alternatives --set \S+ \S+(?:; )?/g, '');
      if (!/restart docker$/.test(rest)) return void (rest !== '' && (await world.run(rest)));
      await docker.restart();
      await startContainers();
    },
    async unrelated() {
      const targets = [
        { proto: 'tcp', address: HOST_ADDRESS[4], port: OWN_PORT },
        { proto: 'tcp', address: HOST_ADDRESS[6], port: OWN_PORT },
        { proto: 'tcp', address: spare, port: 80 },
        { proto: 'udp', address: spare, port: 53 },
      ] as const;
      const answers = await host.outside.knock(targets, PATIENCE_MS);
      return targets
        .filter((_, at) => answers[at] !== undefined)
        .map((one) => `${one.address} ${one.port}/${one.proto}`);
    },
    async restore() {
      await host.changeBackend(kind === 'apart' ? (backend === 'nft' ? 'legacy' : 'nft') : backend);
      // The interfaces of containers that were started again have other names.
      await healthy.restore().catch((error: Error) => {
        if (!restarted || !/^(?:links and routes|the sysctls) are not/.test(error.message)) throw error;
      });
      if (restarted) healthy = await keepRules(host);
      restarted = false;
    },
  };
}

async function runOutside({ host }: World, command: string): Promise<void> {
  await host.run(`nsenter --net=/var/run/netns/${host.name}-out ${command}`);
}

async function reachedBy(world: World, patienceMs: number): Promise<ReadonlySet<string>> {
  const all = strangersOf(await world.snapshot());
  const found = await knockAll(world, all, patienceMs);
  return new Set([...found].filter(([, reached]) => reached).map(([one]) => portInWords(one)));
}

function strangersOf(snapshot: Snapshot): readonly Knocked[] {
  return knocksOf(snapshot).filter(({ from }) => from === 'outside');
}

/** What was run, in order. */
async function cure(home: CureWorld, scenario: Scenario): Promise<readonly string[]> {
  const { world } = home;
  const visitor = await scenario.visitor?.(world);
  try {
    await world.run(scenario.inject);
    return await mend(home, (healthy) => scenario.options?.(healthy) ?? {});
  } finally {
    await visitor?.[Symbol.asyncDispose]();
    if (scenario.undo !== undefined) await world.run(scenario.undo).catch(() => {});
    await home.restore();
  }
}

/** Runs the cures of a broken world one after the other, and looks after each at what must not have been opened. */
export async function mend(
  home: CureWorld,
  optionsFor: (snapshot: Snapshot) => Parameters<typeof evaluate>[1] = () => ({}),
): Promise<readonly string[]> {
  const { world } = home;
  const open = new Set(await home.unrelated());
  const ran: string[] = [];
  for (;;) {
    const snapshot = await world.snapshot();
    const { findings, ports } = evaluate(snapshot, optionsFor(snapshot));
    for (const one of [...findings, ...ports]) assert.equal(whatItDisarms(one, snapshot), undefined);
    const lost = await lostIn(home, ran.length === 0);
    const next = findings.find(
      ({ fix }) => fix !== undefined && /^\S+ /.test(fix) && !ran.includes(fix) && !/^publish /.test(fix),
    );
    if (next?.fix === undefined || (lost.length === 0 && ran.length > 0)) {
      const hopeless = findings.length > 0 && findings.every(({ fix }) => fix === undefined);
      if (!hopeless)
        assert.deepEqual(lost, [], `not mended by ${ran.join(' | ')}: ${findings.map(withFix).join('\n')}`);
      return ran;
    }
    assert.ok(ran.length < MOST_CURES, ran.join('\n'));
    await home.run(next.fix);
    ran.push(next.fix);
    const opened = (await home.unrelated()).filter((one) => !open.has(one));
    assert.deepEqual(opened, [], `opened by ${next.fix}`);
  }
}

function withFix(finding: FirewallFinding): string {
  return `${inWords(finding)} => ${finding.fix}`;
}

/** The ports that strangers reached before, and do not now; on a busy machine a packet may be lost, which does not matter roughly. */
async function lostIn({ world, reached }: CureWorld, isRoughly: boolean): Promise<readonly string[]> {
  const missing = (now: ReadonlySet<string>) => [...reached].filter((one) => !now.has(one));
  const lost = missing(await reachedBy(world, PATIENCE_MS));
  return lost.length === 0 || isRoughly ? lost : missing(await reachedBy(world, SECOND_PATIENCE_MS));
}
