import type { FirewallFinding } from '../../report.ts';
import { getOrMake } from '../../rules/get-or-make.ts';
import type { Chain } from '../../rules/model.ts';
import type { Cause } from '../cause.ts';
import { RESTART_DOCKER } from '../cure.ts';
import type { PortView } from '../ports.ts';
import { sentence } from '../verdict.ts';
import { cureFor } from './cure-for.ts';
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
        ...RESTART_DOCKER,
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
        ...RESTART_DOCKER,
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
      ...RESTART_DOCKER,
    },
  ];
}

/** Rules of FORWARD itself that stop strangers before Docker's own are asked. */
function dropsFirst(situation: Situation, { program }: Home, forward: Chain): FirewallFinding[] {
  const lines = forward.lines();
  const last = lines.findLastIndex((line) => / -j DOCKER(?:-FORWARD)?$/.test(line));
  const guilty = new Map<string, { readonly cause: Cause; readonly views: Set<PortView> }>();
  for (const view of situation.views)
    for (const { cause } of view.verdict === 'blocked' ? view.outcomes.flatMap(({ losses }) => losses) : [])
      if (cause.kind === 'rule' && cause.decision.chain === forward && cause.decision.rule !== undefined)
        getOrMake(guilty, cause.decision.rule.text, () => ({ cause, views: new Set<PortView>() })).views.add(view);
  return [...guilty]
    .filter(([text]) => lines.indexOf(text) < last)
    .map(([text, { cause, views }]) => ({
      check: 'chains_out_of_order' as const,
      severity: 'warning' as const,
      subject: 'host',
      says: sentence(
        `${program}: the rule "${text}" stands in FORWARD before Docker's own rules, which are not asked any more`,
      ),
      evidence: [text, lines[last] ?? ''],
      ...cureFor(cause, [...views], situation),
    }));
}
