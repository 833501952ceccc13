import { backendsOf, engineOf } from '../../engine.ts';
import type { FirewallFinding } from '../../report.ts';
import type { Family } from '../../rules/addresses.ts';
import { describeDecision, packetsOf } from '../../rules/model.ts';
import type { Backend as RulesBackend } from '../../rulesets.ts';
import type { Cause } from '../cause.ts';
import { useBackend } from '../cure.ts';
import type { DockerView } from '../docker.ts';
import { labelOf } from '../labels.ts';
import { letInPublished } from '../let-in.ts';
import { sentence } from '../verdict.ts';
import { cureFor } from './cure-for.ts';
import type { Home } from './home.ts';
import type { Check, Situation } from './situation.ts';

const NAMES: Readonly<Record<RulesBackend, string>> = {
  legacy: 'iptables-legacy',
  nft_compat: 'iptables-nft',
  nft_native: 'nftables',
};

/** `split_brain`: Docker's rules stand in two backends, or another backend drops what Docker's lets through. */
export const findSplitBrain: Check = (situation) =>
  ([4, 6] as const).flatMap((family) => {
    const homes = situation.homes[family];
    const [home, ...others] = homes;
    if (home === undefined) return [];
    const found: FirewallFinding[] = [];
    if (others.length > 0)
      found.push({
        check: 'split_brain',
        severity: 'warning',
        subject: 'host',
        says: sentence(
          `Docker's chains stand in ${homes.map(({ program }) => program).join(' and ')}, and every packet must pass them all: those of ${others.map(({ program }) => program).join(' and ')} are left over`,
        ),
        evidence: homes.map(
          ({ program, chains }) =>
            `${program}: ${[...chains.keys()].filter((name) => /DOCKER|docker/.test(name)).length} chains of Docker`,
        ),
        ...(others[0] && others[0].backend !== 'native' && { fix: removalOf(others[0], situation) }),
      });
    return [...found, ...dropsElsewhere(situation, home.backend, home.program, family)];
  });

/** The chains that Docker alone writes to. Its users own DOCKER-USER. */
const OWN_CHAINS = 'DOCKER(-(FORWARD|BRIDGE|CT|INTERNAL|ISOLATION-STAGE-[12]))?';

/** Those go, and what leads to them; what others have written stays. Where the policy there drops what nothing accepts, the published ports are let in first. */
function removalOf(home: Home, { docker }: Situation): string {
  const { program, chains } = home;
  const isShut = chains.get('filter FORWARD')?.base?.policy === 'drop';
  const remove = `${program}-save | grep -Ev '(^:|^-A |-[jg] )${OWN_CHAINS}( |$)' | ${program}-restore`;
  return [...(isShut ? passedOn(home, docker) : []), remove].join('; ');
}

/** What is left to Docker's living rules: its published ports, and what its containers ask for where the chains that go let it through. */
function passedOn({ program, family, chains }: Home, { containers, networks }: DockerView): string[] {
  const published = containers.flatMap((one) => one.published).filter((one) => one.family === family);
  const ports = [...Map.groupBy(published, ({ proto }) => proto)].map(([proto, all]) =>
    letInPublished(program, proto, [...new Set(all.map(({ port }) => port))]),
  );
  if (!chains.has('filter DOCKER-FORWARD')) return ports;
  const bridges = networks.filter(({ isBridge, isInternal }) => isBridge && !isInternal).map(({ bridge }) => bridge);
  const out = `${program} -A FORWARD -i $bridge -j ACCEPT`;
  const back = `${program} -A FORWARD -o $bridge -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;
  return [...ports, `for bridge in ${bridges.join(' ')}; do ${out}; ${back}; done`];
}

/** A FORWARD policy of DROP in another iptables than Docker's, where it stops strangers. */
function dropsElsewhere(situation: Situation, own: string, program: string, family: Family): FirewallFinding[] {
  const { around, views } = situation;
  const policies = around.rules
    .stopsAt(family, 'forward')
    .flatMap((stop) => (stop.stop === 'chain' ? [stop.chain] : []))
    .filter(
      ({ backend, table, base }) =>
        backend !== 'native' && backend !== own && table === 'filter' && base.policy === 'drop',
    );
  return policies.flatMap((chain) => {
    const byIt = (cause: Cause) => cause.kind === 'rule' && cause.decision.chain === chain && !cause.decision.rule;
    const stopped = views.filter(({ outcomes }) =>
      outcomes.some(({ losses }) => losses.some(({ cause }) => byIt(cause))),
    );
    if (stopped.length === 0) return [];
    const cause: Cause = { kind: 'rule', decision: { chain }, phase: 'packet', towards: '' };
    const other = `${family === 4 ? 'iptables' : 'ip6tables'}-${chain.backend}`;
    return [
      {
        check: 'split_brain' as const,
        severity: 'critical' as const,
        subject: 'host',
        says: sentence(
          `Docker's rules stand in ${program}, but ${other} has a FORWARD policy of DROP: a packet must pass both, and Docker opens only its own`,
        ),
        evidence: [`${describeDecision({ chain })}, ${packetsOf({ chain }) ?? 0} packets so far`],
        ...cureFor(cause, stopped, situation),
      },
    ];
  });
}

/** `backend_mismatch`: Docker's rules stand in another backend than the one that this host's iptables, or ufw, writes to. */
export const findBackendMismatch: Check = ({ snapshot, around }) => {
  const { dockerd, host } = backendsOf(snapshot);
  if (dockerd === undefined || dockerd === 'nft_native') return [];
  const others = new Map<string, RulesBackend>();
  if (host !== undefined && host !== dockerd) others.set("this host's iptables", host);
  const ufw = new Set(around.rules.chains.filter(({ name }) => name.startsWith('ufw')).map(({ backend }) => backend));
  const own = dockerd === 'legacy' ? 'legacy' : 'nft';
  if (ufw.size > 0 && !ufw.has(own)) others.set('ufw', own === 'legacy' ? 'nft_compat' : 'legacy');
  return [...others].map(([who, backend]) => ({
    check: 'backend_mismatch' as const,
    severity: 'warning' as const,
    subject: 'host',
    says: sentence(`Docker's rules stand in ${NAMES[dockerd]}, while ${who} writes to ${NAMES[backend]}`),
    evidence: [
      snapshot.packaging.iptablesVersion,
      snapshot.packaging.iptablesPath,
      snapshot.packaging.dockerdPath,
    ].filter((one) => one !== undefined),
    ...useBackend(dockerd),
  }));
};

/** `time_bomb`: the next start of dockerd takes another backend than the one its rules stand in now. */
export const findTimeBomb: Check = (situation) => {
  const { dockerd, next_restart: next } = backendsOf(situation.snapshot);
  if (dockerd === undefined || next === undefined || dockerd === next) return [];
  const { packaging } = situation.snapshot;
  const [old, other] = [NAMES[dockerd], NAMES[next]];
  const shut = closedBy(situation);
  const open = situation.views.filter(({ from, isOnPurpose }) => from === 'outside' && !isOnPurpose);
  const labels = new Set(open.map(labelOf));
  const then =
    shut === undefined
      ? 'leads published ports to the addresses that containers have now, whoever has them then'
      : 'lets nothing through but to the addresses that containers have now: a published port whose container then has another is cut off, or leads to another container';
  return [
    {
      check: 'time_bomb',
      severity: 'warning',
      subject: 'host',
      says: sentence(
        `Docker's rules stand in ${old}, and at its next start dockerd will take ${other}. What stands in ${old} stays, and ${then}${untilThen(situation, other)}`,
      ),
      evidence: [
        packaging.dockerdIptablesPath ?? packaging.iptablesPath ?? packaging.iptablesVersion,
        shut,
        labels.size === 0 ? undefined : `at stake: ${[...labels].join(', ')}`,
      ].filter((one) => one !== undefined),
      ...useBackend(dockerd),
    },
  ];
};

/** What stops, of Docker's present rules, every forwarded packet that they do not name; undefined when nothing does. */
function closedBy({ homes }: Situation): string | undefined {
  for (const { chains } of [...homes[4].slice(0, 1), ...homes[6].slice(0, 1)]) {
    const forward = chains.get('filter FORWARD');
    if (forward?.base?.policy === 'drop') return describeDecision({ chain: forward });
    const unpublished = chains
      .get('filter DOCKER')
      ?.lines()
      .find((line) => /^-A DOCKER ! -i \S+ -o \S+ -j DROP$/.test(line));
    if (unpublished !== undefined) return unpublished;
  }
  return undefined;
}

/** dockerd asks its PATH at every call, and in the other backend the chain that its rules of ports go to is not there. A snap keeps its own. */
function untilThen({ snapshot, homes }: Situation, other: string): string {
  const isThere = homes[4].slice(1).some(({ chains, program }) => program === other && chains.has('nat DOCKER'));
  return isThere || engineOf(snapshot)?.packaging === 'snap'
    ? ''
    : '. Until then no container that publishes a port can be started';
}
