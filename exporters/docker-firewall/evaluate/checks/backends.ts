import { backendsOf, engineOf } from '../../engine.ts';
import type { FirewallFinding } from '../../report.ts';
import { describeDecision, packetsOf } from '../../rules/model.ts';
import type { Backend as RulesBackend } from '../../rulesets.ts';
import { labelOf } from '../labels.ts';
import { sentence } from '../verdict.ts';
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
        ...(others[0] && others[0].backend !== 'native' && { fix: removalOf(others[0].program) }),
      });
    return [...found, ...dropsElsewhere(situation, family, home.backend, home.program)];
  });

/** Docker's chains, and what leads to them, go; what others have written stays. */
function removalOf(program: string): string {
  return `${program}-save | grep -v DOCKER | ${program}-restore; ${program} -P FORWARD ACCEPT`;
}

/** A FORWARD policy of DROP in another iptables than Docker's, where it stops strangers. */
function dropsElsewhere({ around, views }: Situation, family: 4 | 6, own: string, program: string): FirewallFinding[] {
  const policies = around.rules
    .stopsAt(family, 'forward')
    .flatMap((stop) => (stop.stop === 'chain' ? [stop.chain] : []))
    .filter(
      ({ backend, table, base }) =>
        backend !== 'native' && backend !== own && table === 'filter' && base.policy === 'drop',
    );
  return policies.flatMap((chain) => {
    const stops = views.some(({ outcomes }) =>
      outcomes.some(({ losses }) =>
        losses.some(({ cause }) => cause.kind === 'rule' && cause.decision.chain === chain),
      ),
    );
    if (!stops) return [];
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
        fix: `${other} -P FORWARD ACCEPT`,
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
    fix: `update-alternatives --set iptables /usr/sbin/iptables-${dockerd === 'legacy' ? 'legacy' : 'nft'}`,
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
      fix: `update-alternatives --set iptables /usr/sbin/iptables-${dockerd === 'legacy' ? 'legacy' : 'nft'}`,
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
