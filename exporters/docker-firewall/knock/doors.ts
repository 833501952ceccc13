import type { Outside } from '../../../model/outside.ts';
import type { PortReport } from '../report.ts';
import type { Snapshot } from '../snapshot.ts';

/** The address to knock on from outside and that from the machine itself; undefined for a port that no stranger can even address. */
export function doorFor(
  { hostAddress, family }: PortReport,
  snapshot: Snapshot,
  outside: Outside,
): { readonly outside: string; readonly inside: string } | undefined {
  if (isLoopback(hostAddress)) return undefined;
  if (hostAddress !== '0.0.0.0' && hostAddress !== '::') return { outside: hostAddress, inside: hostAddress };
  const own = family === 4 ? outside.gateway4 : outside.gateway6;
  if (own === undefined) return undefined;
  return { outside: outerAddress(snapshot, family) ?? own, inside: family === 4 ? '127.0.0.1' : '::1' };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** The address that strangers know this machine by: that of the interface with the default route. */
function outerAddress({ routes4, routes6, addresses }: Snapshot, family: 4 | 6): string | undefined {
  const route = (family === 4 ? routes4 : routes6).find(
    ({ dst, dev, table }) => dst === 'default' && dev !== undefined && dev !== 'lo' && (table ?? 'main') === 'main',
  );
  return addresses
    .find(({ ifname }) => ifname === route?.dev)
    ?.addr_info.find((one) => one.family === (family === 4 ? 'inet' : 'inet6') && one.scope === 'global')?.local;
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
