import { isWithin, parseRange } from './addresses.ts';
import { ADDRESS_TYPES, holdsStatus } from './connection.ts';
import type { TableFamily, Test } from './model.ts';
import { certain, MAYBE, not, type Packet, type Tri, type World, YES } from './packet.ts';
import type { SaveOption } from './save-rule.ts';

type Holds = (packet: Packet, world: World) => Tri;
type Reader = (values: readonly string[], options: readonly SaveOption[], option: SaveOption) => Holds | undefined;

/** The test that an option of a rule is; undefined for one that only qualifies another; one that we do not model may hold. */
export function readMatch(option: SaveOption, options: readonly SaveOption[], _family: TableFamily): Test | undefined {
  if (QUALIFIERS.has(option.name)) return undefined;
  const what = `${option.module === '' ? '' : `-m ${option.module} `}${[option.name, ...option.values].join(' ')}`;
  const holds = READERS[option.name]?.(option.values, options, option);
  if (holds === undefined) return { what, holds: () => MAYBE };
  const isCoarse = COARSE.has(option.name);
  return {
    what,
    holds: option.negated ? (packet, world) => not(holds(packet, world)) : holds,
    ...(isCoarse && { isCoarse }),
  };
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
  '--src-type': ([types = ''], options) => addressTypeTest(types, 'src', options),
  '--dst-type': ([types = ''], options) => addressTypeTest(types, 'dst', options),
  '--ctstate': ([states = '']) => stateTest(states),
  '--state': ([states = '']) => stateTest(states),
  '--ctstatus':
    ([statuses = '']) =>
    (packet) =>
      holdsStatus(packet, statuses.toLowerCase().split(',')),
  '--ctdir':
    ([direction = '']) =>
    (packet) =>
      certain(packet.isReply === (direction === 'REPLY')),
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
  const masked = new Set(mask === 'ALL' ? ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] : mask.split(','));
  const set = new Set(wanted === 'NONE' ? [] : wanted.split(','));
  return (packet) => {
    if (packet.proto !== 'tcp') return 0;
    const flags = packet.isReply ? ['SYN', 'ACK'] : ['SYN'];
    const seen = flags.filter((flag) => masked.has(flag));
    return certain(seen.length === set.size && seen.every((flag) => set.has(flag)));
  };
}

function addressTypeTest(types: string, side: 'src' | 'dst', options: readonly SaveOption[]): Holds | undefined {
  const wanted = new Set(types.split(','));
  if (![...wanted].every((type) => ADDRESS_TYPES.has(type))) return undefined;
  const limit = options.find(({ name }) => name === '--limit-iface-in' || name === '--limit-iface-out')?.name;
  return (packet, world) => {
    const device = limit === undefined ? undefined : limit === '--limit-iface-in' ? packet.in : packet.out;
    return certain(wanted.has(world.typeOf(packet[side], device)));
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
