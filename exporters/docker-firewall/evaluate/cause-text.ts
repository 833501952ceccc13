import { type Chain, placeOf } from '../rules/model.ts';
import type { Cause } from './cause.ts';

/** A cause in one sentence, without its full stop; `what` is stopped, where that is more than one thing. */
export function sayCause(cause: Cause, what?: string): string {
  if (cause.kind === 'host') return cause.says;
  const { decision, phase } = cause;
  const towards = what ?? cause.towards;
  const { chain, rule } = decision;
  const whose = phase.startsWith('docker-proxy') ? ', which docker-proxy needs' : '';
  return rule === undefined
    ? `${programOf(chain)}'s ${chain.name} policy is DROP and nothing there accepts ${towards}${whose}`
    : `the rule "${rule.text}" in ${placeOf(chain)} stops ${towards}${whose}`;
}

/** The program that manages a chain, as people call it. */
export function programOf(chain: Chain): string {
  if (chain.backend === 'native') return `nftables' table ${chain.family} ${chain.table}`;
  const program = `${chain.family === 'ip6' ? 'ip6tables' : 'iptables'}-${chain.backend}`;
  return chain.table === 'filter' ? program : `${program} (table ${chain.table})`;
}
