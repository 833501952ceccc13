import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Address } from '../../model/probe.ts';

/** Puts addresses in the order to try them, roughly as RFC 6724 has it: IPv6 comes first only where this machine can reach the world by it. */
export function orderAddresses(addresses: readonly Address[], hasGlobalV6: boolean): Address[] {
  // Array sorting is stable, so within a rank the name server's own order stays.
  return [...addresses].sort((a, b) => rank(a, hasGlobalV6) - rank(b, hasGlobalV6));
}

function rank({ address, family }: Address, hasGlobalV6: boolean): number {
  if (family === 4) return 2;
  if (address === '::1') return 0;
  return hasGlobalV6 && isGlobalV6(address) ? 1 : 3;
}

/** Whether an address is in 2000::/3, the global unicast space of RFC 4291. */
export function isGlobalV6(address: string): boolean {
  return isIP(address) === 6 && /^[23][0-9a-f]{3}:/i.test(address);
}

/** Whether any interface of this machine has a global IPv6 address. */
export function machineHasGlobalV6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some((one) => !one.internal && isGlobalV6(one.address)),
  );
}
