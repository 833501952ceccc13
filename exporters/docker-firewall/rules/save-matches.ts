import { isWithin, parseRange } from './addresses.ts';
import { ADDRESS_TYPES, FLAG_BITS, flagsOf, hasConnection, holdsStatus, isAnswer } from './connection.ts';
import type { TableFamily, Test } from './model.ts';
import { certain, MAYBE, NO, not, type Packet, type Tri, type World, YES } from './packet.ts';
import type { SaveOption } from './save-rule.ts';

type Holds = (packet: Packet, world: World) => Tri;
type Reader = (
  values: readonly string[],
  options: readonly SaveOption[],
  option: SaveOption,
  family: TableFamily,
) => Holds | undefined;

/** The test that an option of a rule is; undefined for one that only qualifies another; one that we do not model may hold. */
export function readMatch(option: SaveOption, options: readonly SaveOption[], family: TableFamily): Test | undefined {
  if (QUALIFIERS.has(option.name)) return undefined;
  const what = `${option.module === '' ? '' : `-m ${option.module} `}${[option.name, ...option.values].join(' ')}`;
  const holds = READERS[option.name]?.(option.values, options, option, family);
  if (holds === undefined) return { what, holds: () => MAYBE };
  const isCoarse = COARSE.has(option.name);
  const asked = option.negated ? (packet: Packet, world: World) => not(holds(packet, world)) : holds;
  return { what, holds: ofConnection(asked, option, options), ...(isCoarse && { isCoarse }) };
}

/**
 * Without a connection the state alone is asked for, if it is, and all else is as if it were not there, also what is negated
 * (`net/netfilter/xt_conntrack.c`); marks of connections hold for none then (`xt_connmark.c`).
 */
function ofConnection(holds: Holds, option: SaveOption, options: readonly SaveOption[]): Holds {
  const { name, module, match } = option;
  if (module === 'connmark') return (packet, world) => (hasConnection(packet) ? holds(packet, world) : NO);
  if (module !== 'conntrack' || name === '--ctstate') return holds;
  const asksState = options.some((one) => one.match === match && one.name === '--ctstate');
  return (packet, world) => (hasConnection(packet) ? holds(packet, world) : certain(asksState));
}

const COARSE = new Set(['-i', '-o', '-p']);
/** Options that say how another is meant. */
const QUALIFIERS = new Set(['--limit-iface-in', '--limit-iface-out', '--limit-burst', '--return-nomatch', '!']);

const READERS: Readonly<Record<string, Reader>> = {
  '-i': ([name = '']) => interfaceTest(name, 'in'),
  '-o': ([name = '']) => interfaceTest(name, 'out'),
  '-s': ([list = '']) => addressTest(list, 'src'),
  '-d': ([list = '']) => addressTest(list, 'dst'),
  '-p': ([name = '']) => protocolTest(name),
  // A synthetic packet is never a fragment.
  '-f': () => () => 0,
  '--dport': ([ports = '']) => portTest(ports, ['dport']),
  '--sport': ([ports = '']) => portTest(ports, ['sport']),
  '--dports': ([ports = '']) => portTest(ports, ['dport']),
  '--sports': ([ports = '']) => portTest(ports, ['sport']),
  '--ports': ([ports = '']) => portTest(ports, ['sport', 'dport']),
  '--tcp-flags': ([mask = '', wanted = '']) => flagsTest(mask, wanted),
  '--syn': () => flagsTest('FIN,SYN,RST,ACK', 'SYN'),
  '--src-range': ([range = '']) => addressTest(range, 'src'),
  '--dst-range': ([range = '']) => addressTest(range, 'dst'),
  '--src-type': ([types = ''], options, _, family) => addressTypeTest(types, 'src', options, family),
  '--dst-type': ([types = ''], options, _, family) => addressTypeTest(types, 'dst', options, family),
  '--ctstate': ([states = '']) => stateTest(states),
  '--state': ([states = '']) => stateTest(states),
  '--ctstatus':
    ([statuses = '']) =>
    (packet) =>
      holdsStatus(packet, statuses.toLowerCase().split(',')),
  '--ctdir':
    ([direction = '']) =>
    (packet) =>
      certain(isAnswer(packet) === (direction === 'REPLY')),
  '--ctproto': ([name = '']) => protocolTest(name),
  '--ctorigsrc': ([list = '']) => addressTest(list, 'src', true),
  '--ctorigdst': ([list = '']) => addressTest(list, 'dst', true),
  '--ctorigsrcport': ([ports = '']) => portTest(ports, ['sport'], true),
  '--ctorigdstport': ([ports = '']) => portTest(ports, ['dport'], true),
  '--mark': ([value = ''], _options, { module }) => markTest(value, module === 'connmark' ? 'ctmark' : 'mark'),
  '--pkt-type':
    ([type = '']) =>
    () =>
      certain(type === 'unicast'),
  '--physdev-is-bridged': () => () => 0,
  '--physdev-in': () => (packet, world) => (packet.in !== '' && world.isBridge(packet.in) ? MAYBE : 0),
  '--physdev-is-in': () => (packet, world) => (packet.in !== '' && world.isBridge(packet.in) ? MAYBE : 0),
  '--physdev-out': () => () => 0,
  '--physdev-is-out': () => () => 0,
  // What is passed on has no socket here (`net/netfilter/xt_owner.c`).
  '--uid-owner': () => ownerTest,
  '--gid-owner': () => ownerTest,
  '--socket-exists': () => ownerTest,
  // A rate that nobody comes near: a lone packet is always within it.
  '--limit': ([rate = '']) => (Number(/^(\d+)\/sec/.exec(rate)?.[1] ?? 0) >= 100 ? () => YES : undefined),
  '--icmp-type': () => () => 0,
  '--icmpv6-type': () => () => 0,
  // Docker 28.0 keeps the subnets of its bridges in this set (moby, libnetwork/drivers/bridge/setup_ip_tables_linux.go).
  '--match-set': ([name = '', direction = '']) =>
    /^docker-ext-bridges-v[46]$/.test(name) && direction === 'dst'
      ? (packet, world) => certain(world.isDockers(packet.dst))
      : undefined,
};

function ownerTest(packet: Packet): Tri {
  return packet.in === '' ? MAYBE : NO;
}

function interfaceTest(name: string, side: 'in' | 'out'): Holds {
  if (!name.endsWith('+')) return (packet) => (packet[side] === name ? 1 : 0);
  const start = name.slice(0, -1);
  return (packet) => certain(packet[side] !== '' && packet[side].startsWith(start));
}

function addressTest(list: string, side: 'src' | 'dst', original = false): Holds | undefined {
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

function protocolTest(name: string): Holds {
  if (name === 'all' || name === '0') return () => YES;
  const wanted = PROTOCOLS[name] ?? name;
  return (packet) => (packet.proto === wanted ? 1 : 0);
}

function portTest(list: string, sides: readonly ('sport' | 'dport')[], original = false): Holds | undefined {
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

function flagsTest(mask: string, wanted: string): Holds {
  const masked = flagBits(mask);
  const set = flagBits(wanted);
  return (packet) => certain(packet.proto === 'tcp' && (flagsOf(packet) & masked) === set);
}

function flagBits(text: string): number {
  if (text === 'ALL') return 63;
  const named: Readonly<Record<string, number>> = FLAG_BITS;
  return text.split(',').reduce((sum, flag) => sum | (named[flag] ?? 0), 0);
}

function addressTypeTest(
  types: string,
  side: 'src' | 'dst',
  options: readonly SaveOption[],
  family: TableFamily,
): Holds | undefined {
  const wanted = new Set(types.split(','));
  if (![...wanted].every((type) => ADDRESS_TYPES.has(type))) return undefined;
  const limit = options.find(({ name }) => name === '--limit-iface-in' || name === '--limit-iface-out')?.name;
  return (packet, world) => {
    const device = limit === undefined ? undefined : limit === '--limit-iface-in' ? packet.in : packet.out;
    const type = world.typeOf(packet[side], device);
    if (family !== 'ip6') return certain(wanted.has(type));
    // With IPv6 all of them must hold, and one of this host's own is a unicast address too (`net/netfilter/xt_addrtype.c`).
    return certain([...wanted].every((one) => one === type || (one === 'UNICAST' && type === 'LOCAL')));
  };
}

function stateTest(states: string): Holds {
  const wanted = new Set(states.split(','));
  return (packet) =>
    certain(
      wanted.has(packet.state) ||
        (wanted.has('DNAT') && packet.dnat && packet.state !== 'INVALID') ||
        (wanted.has('SNAT') && packet.snat && packet.state !== 'INVALID'),
    );
}

function markTest(text: string, which: 'mark' | 'ctmark'): Holds | undefined {
  const [value, mask = 0xff_ff_ff_ff] = text.split('/').map(Number);
  if (value === undefined || Number.isNaN(value) || Number.isNaN(mask)) return undefined;
  return (packet) => {
    const mark = packet[which];
    return mark === undefined ? MAYBE : certain((mark & mask) >>> 0 === value >>> 0);
  };
}
