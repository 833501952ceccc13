import { type Chain, type Decision, placeOf } from '../rules/model.ts';
import type { Cause } from './cause.ts';

/** A cause in one sentence, without its full stop, and the command that would mend it where there is one; `what` is stopped, where that is more than one thing. */
export function sayCause(cause: Cause, what?: string): { readonly says: string; readonly fix?: string } {
  if (cause.kind === 'host') return { says: cause.says, ...(cause.fix !== undefined && { fix: cause.fix }) };
  const { decision, phase } = cause;
  const towards = what ?? cause.towards;
  const { chain, rule } = decision;
  const whose = phase.startsWith('docker-proxy') ? ', which docker-proxy needs' : '';
  const says =
    rule === undefined
      ? `${programOf(chain)}'s ${chain.name} policy is DROP and nothing there accepts ${towards}${whose}`
      : `the rule "${rule.text}" in ${placeOf(chain)} stops ${towards}${whose}`;
  const fix = fixOf(decision);
  return { says, ...(fix !== undefined && { fix }) };
}

/** The program that manages a chain, as people call it. */
export function programOf(chain: Chain): string {
  if (chain.backend === 'native') return `nftables' table ${chain.family} ${chain.table}`;
  const program = `${chain.family === 'ip6' ? 'ip6tables' : 'iptables'}-${chain.backend}`;
  return chain.table === 'filter' ? program : `${program} (table ${chain.table})`;
}

/** The command that takes away what decided. */
function fixOf({ chain, rule }: Decision): string | undefined {
  if (chain.backend === 'native') {
    const place = `${chain.family} ${chain.table} ${chain.name}`;
    if (rule === undefined) return `nft chain ${place} '{ policy accept; }'`;
    return rule.handle === undefined ? undefined : `nft delete rule ${place} handle ${rule.handle}`;
  }
  const command = `${chain.family === 'ip6' ? 'ip6tables' : 'iptables'}-${chain.backend}${chain.table === 'filter' ? '' : ` -t ${chain.table}`}`;
  return rule === undefined ? `${command} -P ${chain.name} ACCEPT` : `${command} ${rule.text.replace(/^-A/, '-D')}`;
}
