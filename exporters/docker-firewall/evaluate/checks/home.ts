import type { Family, Ip } from '../../rules/addresses.ts';
import { formatIp } from '../../rules/addresses.ts';
import type { Backend, Chain } from '../../rules/model.ts';
import type { Ruleset } from '../../rules/ruleset.ts';
import type { DockerView } from '../docker.ts';

/** A backend in which Docker's own chains stand, for one family. */
export interface Home {
  readonly backend: Backend;
  readonly family: Family;
  /** Its chains by `table name`. */
  readonly chains: ReadonlyMap<string, Chain>;
  /** Its program: `iptables-nft`, `ip6tables-legacy`, `nftables`. */
  readonly program: string;
}

/** Every backend in which Docker's chains stand; the one that knows most of its containers first. */
export function homesOf(rules: Ruleset, docker: DockerView, family: Family): Home[] {
  const backends: readonly Backend[] = ['nft', 'legacy', 'native'];
  const inUse = docker.containers.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
  return backends
    .map((backend) => homeIn(rules, backend, family))
    .filter((home) => home !== undefined)
    .toSorted((one, other) => knowledgeOf(other, inUse) - knowledgeOf(one, inUse));
}

function homeIn(rules: Ruleset, backend: Backend, family: Family): Home | undefined {
  const of = family === 4 ? 'ip' : 'ip6';
  const chains = rules.chains.filter(
    (chain) =>
      chain.backend === backend && chain.family === of && (backend !== 'native' || chain.table === 'docker-bridges'),
  );
  const byName = new Map(chains.map((chain) => [`${chain.table} ${chain.name}`, chain]));
  const isHome = backend === 'native' ? chains.length > 0 : byName.has('nat DOCKER') || byName.has('filter DOCKER');
  if (!isHome) return undefined;
  const program = backend === 'native' ? 'nftables' : `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;
  return { backend, family, chains: byName, program };
}

function knowledgeOf({ chains }: Home, inUse: readonly Ip[]): number {
  const text = [...chains.values()].flatMap((chain) => chain.lines()).join('\n');
  return inUse.filter((ip) => text.includes(formatIp(ip))).length;
}
