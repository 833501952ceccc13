import { formatIp } from '../rules/addresses.ts';
import { hasConnection } from '../rules/connection.ts';
import { getOrMake } from '../rules/get-or-make.ts';
import type { Decision, Rule } from '../rules/model.ts';
import type { Packet, World } from '../rules/packet.ts';
import type { Cure } from './cure.ts';

/** A command with one port in it. */
interface Command {
  readonly before: string;
  readonly port: number;
  readonly after: string;
}

/**
 * Rules that accept these packets, right before what dropped them and for nothing but their port: whatever else was decided there before
 * and after stays as it was.
 */
export function letIn(lost: readonly { readonly decision: Decision; readonly packet: Packet }[], host: World): Cure {
  const ports = new Map<string, { readonly command: Command; readonly ports: Set<number> }>();
  for (const { decision, packet } of lost) {
    const command =
      decision.chain.backend === 'native' ? nftCommand(decision, packet, host) : save(decision, packet, host);
    const key = `${command.before} ${command.after}`;
    getOrMake(ports, key, () => ({ command, ports: new Set<number>() })).ports.add(command.port);
  }
  return { fix: [...ports.values()].map(({ command, ports: all }) => inShell(command, [...all])).join('; ') };
}

/** The same in a FORWARD chain, after all that is decided there, for ports that are led to containers. */
export function letInPublished(program: string, proto: 'tcp' | 'udp', ports: readonly number[]): string {
  const before = `${program} -A FORWARD -p ${proto} -m conntrack --ctstate DNAT --ctorigdstport`;
  return inShell({ before, after: '-j ACCEPT' }, ports);
}

function inShell({ before, after }: Pick<Command, 'before' | 'after'>, ports: readonly number[]): string {
  const [only] = ports;
  if (ports.length === 1) return `${before} ${only} ${after}`;
  return `for port in ${ports.join(' ')}; do ${before} $port ${after}; done`;
}

/** As iptables has it: a connection that came to the published port and was led to its container is known by where it came to. */
function save(decision: Decision, packet: Packet, host: World): Command {
  const { chain } = decision;
  const rule = whereItEnds(decision);
  const program = `${chain.family === 'ip6' ? 'ip6tables' : 'iptables'}-${chain.backend}`;
  const table = chain.table === 'filter' ? '' : ` -t ${chain.table}`;
  const at = rule === undefined ? -1 : chain.lines().indexOf(rule.text);
  const place = at < 0 ? `-A ${chain.name}` : `-I ${chain.name} ${at + 1}`;
  const start = `${program}${table} ${place} -p ${packet.proto}`;
  const ports = `-m ${packet.proto}`;
  if (hasConnection(packet) && packet.dnat)
    return {
      before: `${start} -m conntrack --ctstate DNAT --ctorigdstport`,
      port: packet.original.dport,
      after: '-j ACCEPT',
    };
  if (packet.isReply) {
    const known = hasConnection(packet) ? '-m conntrack --ctstate ESTABLISHED ' : '';
    const from = isOwn(packet, host, 'src') ? '-m addrtype --src-type LOCAL' : `-s ${formatIp(packet.src)}`;
    return { before: `${start} ${from} ${ports} --sport`, port: packet.sport, after: `${known}-j ACCEPT` };
  }
  const to = isOwn(packet, host, 'dst') ? '-m addrtype --dst-type LOCAL' : `-d ${formatIp(packet.dst)}`;
  return { before: `${start} ${to} ${ports} --dport`, port: packet.dport, after: '-j ACCEPT' };
}

function nftCommand(decision: Decision, packet: Packet, host: World): Command {
  const { chain } = decision;
  const rule = whereItEnds(decision);
  const place = `${chain.family} ${chain.table} ${chain.name}`;
  const start =
    rule === undefined
      ? `nft add rule ${place}`
      : `nft insert rule ${place}${rule.handle === undefined ? '' : ` position ${rule.handle}`}`;
  const { proto, family } = packet;
  // Chains that see frames cannot ask conntrack or routing; those of an interface come before both.
  const seesFrames = chain.family === 'bridge' || chain.family === 'netdev';
  const isEarly = seesFrames || chain.base?.hook === 'ingress' || chain.base?.hook === 'egress';
  const isKnown = !seesFrames && hasConnection(packet);
  if (isKnown && packet.dnat)
    return {
      before: `${start} meta l4proto ${proto} ct status dnat ct original proto-dst`,
      port: packet.original.dport,
      after: 'accept',
    };
  const ip = family === 4 ? 'ip' : 'ip6';
  const side = packet.isReply ? 'src' : 'dst';
  const asksHost = !isEarly && isOwn(packet, host, side);
  const address = side === 'src' ? 'saddr' : 'daddr';
  const who = asksHost ? `fib ${address} type local` : `${ip} ${address} ${formatIp(packet[side])}`;
  if (!packet.isReply) return { before: `${start} ${who} ${proto} dport`, port: packet.dport, after: 'accept' };
  const known = isKnown ? 'ct state established ' : '';
  return { before: `${start} ${who} ${proto} sport`, port: packet.sport, after: `${known}accept` };
}

/** The rule before which it is let in; undefined for the chain's end, which what has gone to another chain does not come to. */
function whereItEnds({ chain, rule }: Decision): Rule | undefined {
  return rule ?? chain.rules().find(({ actions }) => actions.some((action) => action.do === 'goto'));
}

function isOwn(packet: Packet, host: World, side: 'src' | 'dst'): boolean {
  return host.typeOf(packet[side]) === 'LOCAL';
}
