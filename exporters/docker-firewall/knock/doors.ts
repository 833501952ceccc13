import type { Outside } from '../../../model/outside.ts';
import type { PortReport } from '../report.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * The address to knock on from outside and that from the machine itself; undefined for a port that no stranger can even address. A port
 * that is published everywhere is knocked on where the walk of the rules expects it: at the address of the interface that is entered by.
 */
export function doorFor(
  { hostAddress, family }: PortReport,
  { gateway4, gateway6 }: Outside,
): { readonly outside: string; readonly inside: string } | undefined {
  if (isLoopback(hostAddress)) return undefined;
  if (hostAddress !== '0.0.0.0' && hostAddress !== '::') return { outside: hostAddress, inside: hostAddress };
  const own = family === 4 ? gateway4 : gateway6;
  return own === undefined ? undefined : { outside: own, inside: family === 4 ? '127.0.0.1' : '::1' };
}

/** Whether only the machine itself can reach what is published there. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Every address of the port's container: in that family, else in the other, which docker-proxy then speaks. */
export function containerAddresses({ container, family }: PortReport, { docker }: Snapshot): string[] {
  const found = docker?.containers.find(({ Name }) => String(Name).replace(/^\//, '') === container);
  const networks = (found?.NetworkSettings as { Networks?: Record<string, Record<string, unknown>> } | undefined)
    ?.Networks;
  const all = (field: string) =>
    Object.values(networks ?? {})
      .map((one) => one[field])
      .filter((address): address is string => typeof address === 'string' && address !== '');
  const v4 = all('IPAddress');
  const v6 = all('GlobalIPv6Address');
  const [own, other] = family === 4 ? [v4, v6] : [v6, v4];
  return own.length > 0 ? own : other;
}
