import type { FirewallFinding } from '../../report.ts';
import type { Chain } from '../../rules/model.ts';
import { sentence } from '../verdict.ts';
import type { Home } from './home.ts';
import type { Check, Situation } from './situation.ts';

/** `chains_missing`: a part of Docker's chains is gone, or nothing leads there any more. */
export const findMissingChains: Check = (situation) => {
  const { docker, homes, missing, views } = situation;
  const hasBridges = docker.networks.some(({ isBridge, isInternal }) => isBridge && !isInternal);
  if (!hasBridges || docker.isRootless || docker.writesNoRules) return [];
  const stops = views.some(
    ({ from, verdict, isOnPurpose }) => from === 'outside' && verdict === 'blocked' && !isOnPurpose,
  );
  const severity = stops ? ('critical' as const) : ('warning' as const);
  const fix = 'systemctl restart docker';
  if (homes[4].length === 0 && !isUnread(situation))
    return [
      {
        check: 'chains_missing',
        severity,
        subject: 'host',
        says: "None of Docker's chains stands in any backend: something has flushed the rules, DNAT and MASQUERADE with them.",
        evidence: [
          'no chain DOCKER in nat or filter of iptables-legacy or iptables-nft, no table docker-bridges in nftables',
        ],
        fix,
      },
    ];
  return ([4, 6] as const).flatMap((family): FirewallFinding[] => {
    const [home] = homes[family];
    const jumps = missing[family].filter(({ isJump }) => isJump);
    if (home === undefined || jumps.length === 0) return [];
    const says =
      jumps.length > 4
        ? `${jumps.length} of Docker's chains and jumps are missing, as ${jumps[0]?.says}`
        : jumps.map((one) => one.says).join('; ');
    return [
      {
        check: 'chains_missing',
        severity,
        subject: 'host',
        says: sentence(`${home.program}: ${says}`),
        evidence: jumps.map(({ line }) => `missing: ${line}`),
        fix,
      },
    ];
  });
};

function isUnread({ around }: Situation): boolean {
  return around.rules.unread(4).length > 0;
}

/** `chains_out_of_order`: DOCKER-USER does not come first of Docker's, or a rule that drops stands before Docker's jump. */
export const findDisorder: Check = (situation) =>
  ([4, 6] as const).flatMap((family) => {
    const [home] = situation.homes[family];
    const forward = home?.chains.get('filter FORWARD');
    if (home === undefined || home.backend === 'native' || forward === undefined) return [];
    return [...userNotFirst(home, forward), ...dropsFirst(situation, home, forward)];
  });

function userNotFirst({ program }: Home, forward: Chain): FirewallFinding[] {
  const lines = forward.lines();
  const user = lines.findIndex((line) => / -j DOCKER-USER$/.test(line));
  const own = lines.findIndex((line) => / -j DOCKER(?:-FORWARD|-ISOLATION-STAGE-1)?$/.test(line));
  if (user < 0 || own < 0 || user < own) return [];
  return [
    {
      check: 'chains_out_of_order',
      severity: 'warning',
      subject: 'host',
      says: sentence(
        `${program}: FORWARD jumps to DOCKER-USER after "${lines[own]}": rules put there by the operator come too late`,
      ),
      evidence: [lines[own] ?? '', lines[user] ?? ''],
      fix: 'systemctl restart docker',
    },
  ];
}

/** Rules of FORWARD itself that stop strangers before Docker's own are asked. */
function dropsFirst({ views }: Situation, { program }: Home, forward: Chain): FirewallFinding[] {
  const lines = forward.lines();
  const last = lines.findLastIndex((line) => / -j DOCKER(?:-FORWARD)?$/.test(line));
  const guilty = new Set<string>();
  for (const { outcomes, verdict } of views)
    for (const { cause } of verdict === 'blocked' ? outcomes.flatMap(({ losses }) => losses) : [])
      if (cause.kind === 'rule' && cause.decision.chain === forward && cause.decision.rule !== undefined)
        guilty.add(cause.decision.rule.text);
  return [...guilty]
    .filter((text) => lines.indexOf(text) < last)
    .map((text) => ({
      check: 'chains_out_of_order' as const,
      severity: 'warning' as const,
      subject: 'host',
      says: sentence(
        `${program}: the rule "${text}" stands in FORWARD before Docker's own rules, which are not asked any more`,
      ),
      evidence: [text, lines[last] ?? ''],
      fix: `${program} ${text.replace(/^-A/, '-D')}`,
    }));
}
