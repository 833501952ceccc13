import type { Family } from '../../rules/addresses.ts';
import type { Backend, Chain } from '../../rules/model.ts';
import type { Ruleset } from '../../rules/ruleset.ts';

/** A backend in which Docker's own chains stand, for one family. */
export interface Home {
  readonly backend: Backend;
  readonly family: Family;
  /** Its chains by `table name`. */
  readonly chains: ReadonlyMap<string, Chain>;
  /** Its program: `iptables-nft`, `ip6tables-legacy`, `nftables`. */
  readonly program: string;
}

/** Every backend in which Docker's chains stand; the one in which they live first. */
export function homesOf(rules: Ruleset, family: Family, living: Backend | undefined): Home[] {
  const backends: readonly Backend[] = ['nft', 'legacy', 'native'];
  return backends
    .map((backend) => homeIn(rules, backend, family))
    .filter((home) => home !== undefined)
    .toSorted((one, other) => Number(other.backend === living) - Number(one.backend === living));
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
