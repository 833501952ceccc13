import type { Chance } from './chance.ts';

/** One setting of the kernel changed, as hardening guides and other programs do; a shell script. */
export function randomSetting(chance: Chance, hasSix: boolean): string {
  const device = chance.pick(['all', 'up0', 'docker0', 'br-backend', 'default']);
  const [name, value] = chance.pick([
    ['ipv4/ip_forward', '0'],
    [`ipv4/conf/${device}/forwarding`, '0'],
    [`ipv4/conf/${device}/rp_filter`, chance.pick(['0', '1', '2'])],
    [`ipv4/conf/${device}/route_localnet`, chance.pick(['0', '1'])],
    [`ipv4/conf/${device}/route_localnet`, '1'],
    [`ipv4/conf/${device}/accept_local`, '1'],
    ['bridge/bridge-nf-call-iptables', chance.pick(['0', '1'])],
    ...(hasSix ? [[`ipv6/conf/${device}/forwarding`, '0'] as const] : []),
  ]);
  return `[ ! -e /proc/sys/net/${name} ] || echo ${value} > /proc/sys/net/${name}`;
}
