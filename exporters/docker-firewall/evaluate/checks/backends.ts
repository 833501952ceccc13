import { backendsOf } from '../../engine.ts';
import type { FirewallFinding } from '../../report.ts';
import { describeDecision, packetsOf } from '../../rules/model.ts';
import type { Backend as RulesBackend } from '../../rulesets.ts';
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
        ...(others[0] &&
          others[0].backend !== 'native' && {
            fix: `${others[0].program} -P FORWARD ACCEPT; ${others[0].program} -F; ${others[0].program} -t nat -F`,
          }),
      });
    return [...found, ...dropsElsewhere(situation, family, home.backend, home.program)];
  });

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
export const findTimeBomb: Check = ({ snapshot }) => {
  const { dockerd, next_restart: next } = backendsOf(snapshot);
  if (dockerd === undefined || next === undefined || dockerd === next) return [];
  return [
    {
      check: 'time_bomb',
      severity: 'warning',
      subject: 'host',
      says: sentence(
        `dockerd writes to ${NAMES[dockerd]} now, and will to ${NAMES[next]} when it next starts: what it leaves behind in ${NAMES[dockerd]} may then stop every published port`,
      ),
      evidence: [snapshot.packaging.iptablesVersion, snapshot.packaging.dockerdPath].filter((one) => one !== undefined),
      fix: `update-alternatives --set iptables /usr/sbin/iptables-${dockerd === 'legacy' ? 'legacy' : 'nft'}`,
    },
  ];
};
