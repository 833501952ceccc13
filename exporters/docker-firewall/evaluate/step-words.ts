import { formatIp, type Ip } from '../rules/addresses.ts';
import type { Hook } from '../rules/model.ts';
import type { Packet } from '../rules/packet.ts';
import type { Cause, Phase } from './cause.ts';

/** An interface that a packet should leave by is not there for it. One that is not Docker's may be down on purpose. */
export function downCause(device: string, isDockers: boolean): Cause {
  return {
    kind: 'host',
    check: 'bridge_down',
    says: `the interface ${device} is down or gone`,
    evidence: [`ip link show ${device}`],
    ...(isDockers && { cure: { fix: `ip link set ${device} up` } }),
  };
}

/** There is no way to an address. */
export function noRouteCause(ip: Ip, kind: string | undefined): Cause {
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: kind === undefined ? `the host knows no way to ${formatIp(ip)}` : `the route to ${formatIp(ip)} is a ${kind}`,
    evidence: [`ip route get ${formatIp(ip)}`],
  };
}

/** Where a packet is, for its walk. */
export function headingOf(hook: Hook, packet: Packet, phase: Phase): string {
  const way = [packet.in && `in by ${packet.in}`, packet.out && `out by ${packet.out}`].filter((one) => one !== '');
  const from = `${formatIp(packet.src)}:${packet.sport}`;
  return `${phase} at ${hook}: ${from} to ${formatIp(packet.dst)}:${packet.dport}${way.length > 0 ? `, ${way.join(', ')}` : ''}`;
}

/** What a packet at a hook is, for the sentence that says who drops it. */
export function towardsAt(hook: Hook): (packet: Packet) => string {
  return (packet) => {
    const traffic = packet.settled === undefined ? 'traffic' : 'the later packets of connections';
    if (hook === 'forward' || hook === 'postrouting')
      return packet.isReply ? `the replies from ${packet.in || 'this host'}` : `${traffic} to ${packet.out}`;
    if (hook === 'output') return packet.isReply ? 'the replies of this host' : `what this host sends to ${packet.out}`;
    if (packet.isReply) return `the replies from ${packet.in}`;
    return hook === 'input'
      ? `${traffic} to port ${packet.dport} of this host`
      : `what comes in by ${packet.in} for port ${packet.dport}`;
  };
}
