import { formatIp, type Ip } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { Cause } from './cause.ts';
import { forwardBy, RESTART_DOCKER } from './cure.ts';
import { downCause } from './step-words.ts';
import type { Topology } from './topology.ts';

/** Something that the host must allow for a packet to go on; `holds` is undefined where that could not be read. */
export interface Allowance {
  readonly holds: boolean | undefined;
  readonly what: string;
  readonly cause: Cause;
}

/** The interface that a packet leaves by is up. */
export function mayLeave({ out }: Packet, host: Topology): Allowance {
  return {
    holds: host.isUp(out),
    what: 'whether the interface is up',
    cause: downCause(out, host.isDockersBridge(out)),
  };
}

/** The kernel sends nothing from 127.0.0.0/8 out unless it is told to (`__mkroute_output`, `ip_route_input_slow`). */
export function mayComeFromLoopback({ src, out, family }: Packet, host: Topology): Allowance | undefined {
  if (!isLoopback(src) || out === 'lo') return undefined;
  return localnet(out, family, `from 127.0.0.1 go to ${out}`, host);
}

/** Nor does it take anything from elsewhere for 127.0.0.0/8, as a rule may have led it there. */
export function mayGoToLoopback({ dst, in: by, family }: Packet, host: Topology): Allowance | undefined {
  if (!isLoopback(dst) || by === 'lo') return undefined;
  return localnet(by, family, `that came in by ${by} go to 127.0.0.1`, host);
}

function localnet(device: string, family: Packet['family'], which: string, host: Topology): Allowance {
  const name = `net.ipv4.conf.${device}.route_localnet`;
  const allowed = [host.sysctl('net.ipv4.conf.all.route_localnet'), host.sysctl(name)];
  const holds = allowed.includes('1') ? true : allowed.every((one) => one === undefined) ? undefined : false;
  return {
    holds: family === 6 ? false : holds,
    what: 'route_localnet',
    cause: {
      kind: 'host',
      check: 'forwarding_off',
      says: `the kernel does not let packets ${which} (${name} is 0)`,
      evidence: [`${name} = ${allowed[1] ?? 'unknown'}`],
      // Docker sets it for its own bridges where it needs it; on any other it opens what listens on 127.0.0.1 alone.
      ...(host.isDockersBridge(device) && { cure: RESTART_DOCKER }),
    },
  };
}

/** The reverse-path filter lets it in. */
export function mayComeFrom({ src, in: by, family }: Packet, host: Topology): Allowance | undefined {
  if (family === 6 || by === 'lo') return undefined;
  const modes = ['all', by].map((name) => Number(host.sysctl(`net.ipv4.conf.${name}.rp_filter`) ?? 0));
  const mode = Math.max(...modes);
  const back = host.routeTo(src);
  return {
    holds: mode === 0 || (mode === 1 ? back === by : back !== undefined),
    what: 'rp_filter',
    cause: {
      kind: 'host',
      check: 'forward_blocked',
      says: `the reverse-path filter of ${by} drops what comes from ${formatIp(src)}, as the way back ${back === undefined ? 'is not known' : `is by ${back}`}`,
      evidence: [`net.ipv4.conf.${by}.rp_filter = ${mode}`],
    },
  };
}

/** What came in is passed on. */
export function mayBeForwarded(packet: Packet, host: Topology): Allowance {
  const { name, value } = forwardingOf(host, packet);
  return {
    holds: value === undefined ? undefined : value !== '0',
    what: `whether ${name} is set`,
    cause: {
      kind: 'host',
      check: 'forwarding_off',
      says: `the host does not forward packets (${name} is ${value ?? 'unknown'})`,
      evidence: [`${name} = ${value ?? 'unknown'}`],
      cure: forwardBy(name),
    },
  };
}

/** The setting that decides whether a packet that came in is passed on. */
function forwardingOf(host: Topology, packet: Packet): { readonly name: string; readonly value: string | undefined } {
  if (packet.family === 6) {
    const name = 'net.ipv6.conf.all.forwarding';
    return { name, value: host.sysctl(name) };
  }
  const own = `net.ipv4.conf.${packet.in}.forwarding`;
  const value = host.sysctl(own);
  const all = host.sysctl('net.ipv4.ip_forward');
  return value === undefined || (value === '0' && all === '0')
    ? { name: 'net.ipv4.ip_forward', value: all }
    : { name: own, value };
}

function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}
