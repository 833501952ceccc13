import { isWithin, parseRange } from './addresses.ts';
import { ADDRESS_TYPES, FLAG_BITS, flagsOf } from './connection.ts';
import type { TableFamily } from './model.ts';
import { certain, MAYBE, type Packet, type Tri, type World, YES } from './packet.ts';
import type { SaveOption } from './save-rule.ts';

/** Whether a match holds for a packet. */
export type Holds = (packet: Packet, world: World) => Tri;

/** By which interface a packet came or goes; `+` at the end stands for anything. */
export function interfaceTest(name: string, side: 'in' | 'out'): Holds {
  if (!name.endsWith('+')) return (packet) => (packet[side] === name ? 1 : 0);
  const start = name.slice(0, -1);
  // Alone it asks for nothing, also not for an interface.
  if (start === '') return () => YES;
  return (packet) => certain(packet[side] !== '' && packet[side].startsWith(start));
}

/** An address among a list of prefixes and ranges; undefined where one of them is of a form that we do not know. */
export function addressTest(list: string, side: 'src' | 'dst', original = false): Holds | undefined {
  const ranges = list.split(',').map(parseRange);
  if (ranges.includes(undefined)) return undefined;
  const [only, ...more] = ranges.filter((range) => range !== undefined);
  if (only === undefined) return undefined;
  if (more.length > 0) {
    const all = [only, ...more];
    return (packet) => certain(all.some((range) => isWithin(range, (original ? packet.original : packet)[side])));
  }
  const { low, high } = only;
  if (original) return (packet) => certain(isWithin(only, packet.original[side]));
  // The commonest match of all: a rule set is of one family, so that two comparisons do.
  return side === 'src'
    ? ({ src }) => (src >= low && src <= high ? 1 : 0)
    : ({ dst }) => (dst >= low && dst <= high ? 1 : 0);
}

const PROTOCOLS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp' };

/** A protocol by name or number. */
export function protocolTest(name: string): Holds {
  if (name === 'all' || name === '0') return () => YES;
  const wanted = PROTOCOLS[name] ?? name;
  return (packet) => (packet.proto === wanted ? 1 : 0);
}

/** A port among a list of ports and ranges, on any of the sides. */
export function portTest(list: string, sides: readonly ('sport' | 'dport')[], original = false): Holds | undefined {
  const ranges = list.split(',').map((one) => {
    const [low = '', high = low] = one.split(':');
    return [low === '' ? 0 : Number(low), high === '' ? 65_535 : Number(high)] as const;
  });
  if (ranges.some(([low, high]) => Number.isNaN(low) || Number.isNaN(high))) return undefined;
  const [side, second] = sides;
  const [[low, high] = [0, 0], ...more] = ranges;
  if (side !== undefined && second === undefined && more.length === 0 && !original)
    return (packet) => (packet[side] >= low && packet[side] <= high ? 1 : 0);
  return (packet) => {
    const tuple = original ? packet.original : packet;
    return certain(sides.some((one) => ranges.some(([from, to]) => tuple[one] >= from && tuple[one] <= to)));
  };
}

/** Of the flags in the mask just the wanted ones are set. */
export function flagsTest(mask: string, wanted: string): Holds {
  const masked = flagBits(mask);
  const set = flagBits(wanted);
  return (packet) => certain(packet.proto === 'tcp' && (flagsOf(packet) & masked) === set);
}

function flagBits(text: string): number {
  if (text === 'ALL') return 63;
  const named: Readonly<Record<string, number>> = FLAG_BITS;
  return text.split(',').reduce((sum, flag) => sum | (named[flag] ?? 0), 0);
}

/** What an address is to this host, or to the interface of the packet alone; undefined where it is a kind that we cannot tell. */
export function addressTypeTest(
  types: string,
  side: 'src' | 'dst',
  options: readonly SaveOption[],
  family: TableFamily,
): Holds | undefined {
  const wanted = new Set(types.split(','));
  if (![...wanted].every((type) => ADDRESS_TYPES.has(type))) return undefined;
  const limit = options.find(({ name }) => name === '--limit-iface-in' || name === '--limit-iface-out')?.name;
  return (packet, world) => {
    const device = limit === undefined ? '' : limit === '--limit-iface-in' ? packet.in : packet.out;
    // Where there is no such interface, there is no limit (`net/netfilter/xt_addrtype.c`).
    const type = world.typeOf(packet[side], device === '' ? undefined : device);
    if (family !== 'ip6') return certain(wanted.has(type));
    // With IPv6 all of them must hold, and one of this host's own is a unicast address too (`net/netfilter/xt_addrtype.c`).
    return certain([...wanted].every((one) => one === type || (one === 'UNICAST' && type === 'LOCAL')));
  };
}

/** What a connection is to conntrack, or was done to its addresses. */
export function stateTest(states: string): Holds {
  const wanted = new Set(states.split(','));
  return (packet) =>
    certain(
      wanted.has(packet.state) ||
        (wanted.has('DNAT') && packet.dnat && packet.state !== 'INVALID') ||
        (wanted.has('SNAT') && packet.snat && packet.state !== 'INVALID'),
    );
}

/** A mark of the packet or of its connection. */
export function markTest(text: string, which: 'mark' | 'ctmark'): Holds | undefined {
  const [value, mask = 0xff_ff_ff_ff] = text.split('/').map(Number);
  if (value === undefined || Number.isNaN(value) || Number.isNaN(mask)) return undefined;
  return (packet) => {
    const mark = packet[which];
    return mark === undefined ? MAYBE : certain((mark & mask) >>> 0 === value >>> 0);
  };
}
