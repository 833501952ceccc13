import { hasConnection, holdsStatus, isAnswer } from './connection.ts';
import type { Sides } from './ip-set.ts';
import type { TableFamily, Test } from './model.ts';
import { certain, MAYBE, NO, not, type Packet, type Tri, type World, YES } from './packet.ts';
import type { SaveOption } from './save-rule.ts';
import {
  addressTest,
  addressTypeTest,
  flagsTest,
  type Holds,
  interfaceTest,
  markTest,
  portTest,
  protocolTest,
  stateTest,
} from './save-tests.ts';

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
  if (option.name === '--match-set') return setTest(option, options, what);
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
const QUALIFIERS = new Set([
  ...[
    '--limit-iface-in',
    '--limit-iface-out',
    '--limit-burst',
    '--return-nomatch',
    '--update-counters',
    '--update-subcounters',
    ...['--packets-eq', '--packets-lt', '--packets-gt', '--bytes-eq', '--bytes-lt', '--bytes-gt'],
    '!',
    '--name',
    '--mask',
    '--rsource',
  ],
  ...['--rdest', '--seconds', '--hitcount', '--reap', '--rttl', '--connlimit-mask', '--connlimit-saddr'],
  ...['--hashlimit-burst', '--hashlimit-mode', '--hashlimit-name', '--hashlimit-srcmask', '--hashlimit-dstmask'],
  ...[
    '--hashlimit-htable-size',
    '--hashlimit-htable-max',
    '--hashlimit-htable-expire',
    '--hashlimit-htable-gcinterval',
  ],
]);

/** So many at once from one source nobody has who asks for the first time. */
const MANY_CONNECTIONS = 10;

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
  '--limit': ([rate = '']) => (isGenerous(rate) ? () => YES : undefined),
  '--hashlimit-upto': ([rate = ''], options) => (isGenerous(rate) && hasRoom(options) ? () => YES : undefined),
  '--hashlimit-above': ([rate = ''], options) => (isGenerous(rate) && hasRoom(options) ? () => NO : undefined),
  // Counted for each source alone, a newcomer has none.
  '--connlimit-above': ([most = ''], options) =>
    isPerSource(options) && Number(most) >= MANY_CONNECTIONS ? () => NO : undefined,
  // It notes the address, and holds in any case.
  '--set': (_values, _options, { module }) => (module === 'recent' ? () => YES : undefined),
  '--icmp-type': () => () => 0,
  '--icmpv6-type': () => () => 0,
};

/** Whether a set of ipset holds a packet (`net/netfilter/xt_set.c`); how often an entry has been met is not known. */
function setTest(option: SaveOption, options: readonly SaveOption[], what: string): Test {
  const { name, sides } = setNamed(option);
  const qualifiers = options.filter(({ match }) => match === option.match).map((one) => one.name);
  const returnNomatch = qualifiers.includes('--return-nomatch');
  const isCounted = qualifiers.some((one) => COUNTED.test(one));
  return {
    what,
    doubt: ({ sets }) => (isCounted ? what : sets.doubtOf(name)),
    holds: (packet, { sets }) => {
      const holds = sets.holds(name, sides, packet, returnNomatch);
      // An entry whose count does not fit is as if it were not there, also one that takes out.
      const isMet = isCounted && (holds !== NO || sets.holds(name, sides, packet, !returnNomatch) !== NO);
      const met = isMet ? MAYBE : holds;
      return option.negated ? not(met) : met;
    },
  };
}

const COUNTED = /^--(?:packets|bytes)-/;

/** The set that an option is about, whose name may have spaces, and the sides of a packet that it compares. */
export function setNamed({ values }: SaveOption): { readonly name: string; readonly sides: Sides } {
  return { name: values.slice(0, -1).join(' '), sides: (values.at(-1) ?? '').split(',') as ('src' | 'dst')[] };
}

function isGenerous(rate: string): boolean {
  return Number(/^(\d+)\/sec/.exec(rate)?.[1] ?? 0) >= 100;
}

/** Several connections at once, as a browser makes them, are within it too. */
function hasRoom(options: readonly SaveOption[]): boolean {
  return Number(options.find(({ name }) => name === '--hashlimit-burst')?.values[0] ?? 0) >= 50;
}

function isPerSource(options: readonly SaveOption[]): boolean {
  const mask = options.find(({ name }) => name === '--connlimit-mask')?.values[0];
  return (mask === '32' || mask === '128') && options.some(({ name }) => name === '--connlimit-saddr');
}

function ownerTest(packet: Packet): Tri {
  return packet.in === '' ? MAYBE : NO;
}
