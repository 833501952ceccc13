import type { FirewallFinding } from '../../report.ts';
import { parseIp } from '../../rules/addresses.ts';
import { getOrMake } from '../../rules/get-or-make.ts';
import { RESTART_DOCKER } from '../cure.ts';
import { ownersOf } from '../targets.ts';
import { sentence } from '../verdict.ts';
import type { Check } from './situation.ts';

/** Where Docker's own chains name a container's address: as the target of a DNAT, or as what is let through. */
const TARGETS = [
  /-j DNAT --to-destination \[?([\da-f.:]+?)\]?:\d+$/,
  /^-A DOCKER -d ([\da-f.:]+)\/(?:32|128) .*-j ACCEPT$/,
  /\bdnat to ([\d.]+):\d+/,
];
const DOCKERS = new Set(['nat DOCKER', 'filter DOCKER', 'docker-bridges nat-prerouting-and-output']);

/** `stale_target`: rules of Docker lead to addresses that no container has. */
export const findStaleTargets: Check = ({ docker, homes }) => {
  const owners = ownersOf(docker);
  return ([4, 6] as const).flatMap((family): FirewallFinding[] => {
    const [home] = homes[family];
    const stale = new Map<string, string[]>();
    for (const [name, chain] of home?.chains ?? [])
      for (const line of DOCKERS.has(name) ? chain.lines() : []) {
        const address = TARGETS.map((pattern) => pattern.exec(line)?.[1]).find((one) => one !== undefined);
        const ip = address === undefined ? undefined : parseIp(address)?.ip;
        if (address !== undefined && ip !== undefined && !owners.has(ip))
          getOrMake(stale, address, () => []).push(line);
      }
    if (stale.size === 0) return [];
    const all = [...stale.keys()];
    return [
      {
        check: 'stale_target',
        severity: 'warning',
        subject: 'host',
        says: sentence(`rules of Docker in ${home?.program} lead to ${all.join(', ')}, which no container has`),
        evidence: [...stale.values()].flat(),
        ...RESTART_DOCKER,
      },
    ];
  });
};
