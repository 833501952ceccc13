import { flagsOf, hasConnection, isAnswer, statusOf } from './connection.ts';
import { type Kind, readConstant, STATE_BITS, type Value } from './nft-constants.ts';
import { type Json, listOf, numberOf, objectOf, onlyEntry, textOf } from './nft-json.ts';
import type { Packet, World } from './packet.ts';

/** An expression of nft, ready to be asked of a packet. */
export interface Expression {
  readonly get: (packet: Packet, world: World) => Value;
  /** One for each part of a concatenation. */
  readonly kinds: readonly Kind[];
}

type Get = Expression['get'];
const UNKNOWN: Expression = { get: () => undefined, kinds: ['plain'] };
const of = (kind: Kind, get: Get): Expression => ({ kinds: [kind], get });

/** Compiles an expression; one that we do not model says undefined of every packet. */
export function compileExpression(json: unknown): Expression {
  const number = numberOf(json);
  if (number !== undefined) return of('plain', () => number);
  const [name = '', body] = onlyEntry(json) ?? [];
  const fields = objectOf(body) ?? {};
  if (name === 'meta') return metaOf(textOf(fields.key) ?? '');
  if (name === 'payload') return payloadOf(textOf(fields.protocol) ?? '', textOf(fields.field) ?? '');
  if (name === 'ct') return connectionOf(fields);
  if (name === 'fib') return fibOf(fields);
  if (name === 'concat') return concatenated(listOf(body).map(compileExpression));
  if (['&', '|', '^', '<<', '>>'].includes(name)) return computed(name, listOf(body));
  return UNKNOWN;
}

function metaOf(key: string): Expression {
  switch (key) {
    case 'iif':
    case 'iifname':
      return of('device', (packet) => packet.in);
    case 'oif':
    case 'oifname':
      return of('device', (packet) => packet.out);
    case 'l4proto':
      return of('plain', (packet) => packet.proto);
    case 'nfproto':
      return of('plain', (packet) => (packet.family === 4 ? 'ipv4' : 'ipv6'));
    case 'protocol':
      return of('plain', (packet) => (packet.family === 4 ? 'ip' : 'ip6'));
    case 'mark':
      return of('plain', (packet) => packet.mark);
    case 'pkttype':
      return of('plain', () => 'host');
    case 'iifkind':
      return of('plain', (packet, world) => (packet.in !== '' && world.isBridge(packet.in) ? 'bridge' : undefined));
    case 'oifkind':
      return of('plain', (packet, world) => (packet.out !== '' && world.isBridge(packet.out) ? 'bridge' : undefined));
    case 'skuid':
    case 'skgid':
      return of('plain', (packet) => (mayHaveSocket(packet) ? undefined : null));
    default:
      return UNKNOWN;
  }
}

/**
 * What came from elsewhere has no socket, and the expression breaks off; but for what is for a socket that is connected already, which
 * the kernel looks up before the input chains are asked (`tcp_v4_early_demux`).
 */
function mayHaveSocket(packet: Packet): boolean {
  if (packet.in === '') return true;
  return packet.out === '' && (packet.isReply || packet.settled !== undefined);
}

function payloadOf(protocol: string, field: string): Expression {
  if (protocol === 'ip' || protocol === 'ip6') {
    const family = protocol === 'ip' ? 4 : 6;
    const within = (kind: Kind, get: Get) =>
      of(kind, (packet, world) => (packet.family === family ? get(packet, world) : null));
    if (field === 'saddr') return within('ip', (packet) => packet.src);
    if (field === 'daddr') return within('ip', (packet) => packet.dst);
    if (field === 'protocol' || field === 'nexthdr') return within('plain', (packet) => packet.proto);
    return within('plain', () => undefined);
  }
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'th') {
    const within = (kind: Kind, get: Get) =>
      of(kind, (packet, world) => (protocol === 'th' || packet.proto === protocol ? get(packet, world) : null));
    if (field === 'sport') return within('plain', (packet) => packet.sport);
    if (field === 'dport') return within('plain', (packet) => packet.dport);
    if (field === 'flags') return within('flags', flagsOf);
    return within('plain', () => undefined);
  }
  // Of another protocol: a packet of ours has no such header, except the frame around it.
  if (protocol === 'ether' && field === 'type')
    // What comes round by the loopback interface, or has not yet left, has no such header.
    return of('plain', ({ in: by, family, frame }) => {
      if (frame === undefined && (by === '' || by === 'lo')) return undefined;
      return family === 4 ? 'ip' : 'ip6';
    });
  return protocol === 'ether' || protocol === 'vlan' ? UNKNOWN : of('plain', () => null);
}

function connectionOf(fields: Json): Expression {
  const key = textOf(fields.key) ?? '';
  // A rule that asks for it in the bridge family has bridges follow connections on their own (`net/bridge/netfilter/nf_conntrack_bridge.c`).
  const asked = (kind: Kind, get: Get) =>
    of(kind, (packet, world) => (packet.frame === 'bridge' ? undefined : get(packet, world)));
  if (key === 'state') return asked('state', (packet) => STATE_BITS[packet.state.toLowerCase()]);
  // Before conntrack has seen it, a packet has nothing else to be asked for.
  const seen = (kind: Kind, get: Get) =>
    asked(kind, (packet, world) => (hasConnection(packet) ? get(packet, world) : null));
  if (key === 'status') return seen('status', statusOf);
  if (key === 'direction') return seen('plain', (packet) => (isAnswer(packet) ? 'reply' : 'original'));
  if (key === 'mark') return seen('plain', (packet) => packet.ctmark);
  if (key === 'protocol' || key === 'l4proto') return seen('plain', (packet) => packet.proto);
  if (textOf(fields.dir) !== 'original') return UNKNOWN;
  const [, named, side] = /^(?:(ip6?) )?([sd])addr$/.exec(key) ?? [];
  if (side !== undefined)
    return seen('ip', ({ family, original }) => {
      if (named !== undefined && named !== (family === 4 ? 'ip' : 'ip6')) return null;
      return side === 's' ? original.src : original.dst;
    });
  if (key === 'proto-src') return seen('plain', (packet) => packet.original.sport);
  if (key === 'proto-dst') return seen('plain', (packet) => packet.original.dport);
  return UNKNOWN;
}

function fibOf(fields: Json): Expression {
  const flags = new Set(typeof fields.flags === 'string' ? [fields.flags] : listOf(fields.flags));
  const side = flags.has('saddr') ? 'src' : 'dst';
  const device = (packet: Packet) => (flags.has('iif') ? packet.in : flags.has('oif') ? packet.out : undefined);
  if (fields.result === 'type')
    return of('plain', (packet, world) => world.typeOf(packet[side], device(packet)).toLowerCase());
  if (!['oif', 'oifname', 'check', 'present'].includes(textOf(fields.result) ?? '')) return UNKNOWN;
  return of('device', (packet, world) => {
    const route = world.routeTo(packet[side]);
    const wanted = device(packet);
    // nft writes the absence of a route as false (`fib saddr . iif oif missing`).
    return route === undefined || (wanted !== undefined && wanted !== route) ? false : route;
  });
}

function concatenated(parts: readonly Expression[]): Expression {
  return {
    kinds: parts.flatMap(({ kinds }) => kinds),
    get: (packet, world) => {
      const values = parts.map(({ get }) => get(packet, world));
      return values.includes(null) ? null : values.includes(undefined) ? undefined : values;
    },
  };
}

function computed(operator: string, [left, right]: readonly unknown[]): Expression {
  const one = compileExpression(left);
  const kind = one.kinds[0] ?? 'plain';
  const other = constantNumber(right, kind) ?? compileExpression(right).get;
  return of(kind === 'ip' ? 'ip' : kind, (packet, world) => {
    const a = one.get(packet, world);
    const b = typeof other === 'number' ? other : other(packet, world);
    if (a === null || b === null) return null;
    return typeof a === 'number' && typeof b === 'number' ? calculate(operator, a, b) : undefined;
  });
}

function calculate(operator: string, a: number, b: number): number {
  if (operator === '&') return (a & b) >>> 0;
  if (operator === '|') return (a | b) >>> 0;
  if (operator === '^') return (a ^ b) >>> 0;
  return operator === '<<' ? (a << b) >>> 0 : a >>> b;
}

/** A constant as a number: flags by name are added up, an IPv4 mask is its bits. */
function constantNumber(json: unknown, kind: Kind): number | undefined {
  const value = readConstant(json, kind);
  return typeof value === 'number' ? value : undefined;
}
