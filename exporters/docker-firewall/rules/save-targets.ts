import { type Ip, parseIp } from './addresses.ts';
import { hasConnection } from './connection.ts';
import type { Action, Chain, Target } from './model.ts';
import { NO, type Packet, type World } from './packet.ts';
import { setNamed } from './save-matches.ts';
import type { SaveOption } from './save-rule.ts';

/** Targets after which a packet goes on as it was, as far as reaching its end matters. */
const PASSING = new Set([
  ...['LOG', 'NFLOG', 'ULOG', 'TRACE', 'AUDIT', 'TCPMSS', 'TCPOPTSTRIP', 'CHECKSUM', 'CLASSIFY', 'DSCP', 'TOS', 'ECN'],
  ...['TEE', 'CONNSECMARK', 'SECMARK', 'RATEEST', 'IDLETIMER', 'LED'],
]);

/** What a rule does, by its `-j` or `-g` and the options after it. */
export function readTarget(
  jump: SaveOption,
  options: readonly SaveOption[],
  chainOf: (name: string) => Chain | undefined,
): readonly Action[] {
  const name = jump.values[0] ?? '';
  const value = (option: string) => options.find((one) => one.name === option)?.values[0];
  const chain = chainOf(name);
  if (chain !== undefined) return [{ do: jump.name === '-g' ? 'goto' : 'jump', chain }];
  if (PASSING.has(name)) return [];
  if (name === 'SET') return setActions(options);
  if (name === 'ACCEPT') return [{ do: 'accept' }];
  if (name === 'DROP' || name === 'REJECT') return [{ do: 'drop' }];
  if (name === 'RETURN') return [{ do: 'return' }];
  if (name === 'NOTRACK') return [UNTRACK];
  if (name === 'CT') {
    if (options.some((one) => one.name === '--notrack')) return [UNTRACK];
    // A connection of which one direction alone is in a zone has no answers.
    return options.some((one) => one.name.startsWith('--zone')) ? [{ do: 'unmodelled', what: '-j CT --zone' }] : [];
  }
  if ((name === 'TTL' || name === 'HL') && isLongLived(options)) return [];
  if (name === 'MARK') return markAction(value('--set-xmark') ?? value('--set-mark'));
  if (name === 'CONNMARK') return connmarkAction(options);
  if (name === 'DNAT') return rewriteAction('dnat', value('--to-destination'));
  if (name === 'SNAT') return rewriteAction('snat', value('--to-source'));
  if (name === 'MASQUERADE') return [{ do: 'snat', own: true, target: () => ({}) }];
  if (name === 'REDIRECT') {
    const port = value('--to-ports');
    return [{ do: 'dnat', own: true, target: (packet) => redirectTarget(port, packet) }];
  }
  return [{ do: 'unmodelled', what: `-j ${name}` }];
}

/** It goes on as it was, but for the mark that an entry may hold for it; what the set holds is not known any more. */
function setActions(options: readonly SaveOption[]): readonly Action[] {
  return options.flatMap((option): Action[] => {
    if (!/^--(?:add|del|map)-set$/.test(option.name)) return [];
    const { name, sides } = setNamed(option);
    if (option.name === '--map-set') {
      if (!options.some((one) => one.name === '--map-mark')) return [];
      const isOut = (packet: Packet, { sets }: World) =>
        sets.holds(name, sides, packet, false) === NO && !option.negated;
      const change = (packet: Packet, world: World) => (isOut(packet, world) ? packet : { ...packet, mark: undefined });
      return [{ do: 'change', change }];
    }
    const change = (packet: Packet, { sets }: World) => {
      sets.stir(name);
      return packet;
    };
    return [{ do: 'change', change }];
  });
}

/** A packet that is given more than one step to live goes on as before. */
function isLongLived(options: readonly SaveOption[]): boolean {
  return options.some(({ name, values }) => /-inc$/.test(name) || (/-set$/.test(name) && Number(values[0]) > 1));
}

/** The change that takes a packet out of conntrack's hands. */
export const UNTRACK: Action = {
  do: 'change',
  // One that belongs to a connection already, as it does when it came round by the loopback interface, stays with it.
  change: (packet: Packet) =>
    packet.state === 'INVALID' ? { ...packet, untracked: true, state: 'UNTRACKED' } : packet,
};

function markAction(text: string | undefined): readonly Action[] {
  const [value, mask] = maskedOf(text);
  if (value === undefined) return [{ do: 'change', change: (packet) => ({ ...packet, mark: undefined }) }];
  return [{ do: 'change', change: (packet) => ({ ...packet, mark: setMasked(packet.mark, value, mask) }) }];
}

function connmarkAction(options: readonly SaveOption[]): readonly Action[] {
  const change = connmarkChange(options);
  return [{ do: 'change', change: (packet) => (hasConnection(packet) ? change(packet) : packet) }];
}

function connmarkChange(options: readonly SaveOption[]): (packet: Packet) => Packet {
  const of = (name: string) => options.find((one) => one.name === name);
  const nfmask = Number(of('--nfmask')?.values[0] ?? 0xff_ff_ff_ff);
  const ctmask = Number(of('--ctmask')?.values[0] ?? 0xff_ff_ff_ff);
  if (of('--save-mark')) return (packet) => ({ ...packet, ctmark: moved(packet.ctmark, ctmask, packet.mark, nfmask) });
  if (of('--restore-mark')) return (packet) => ({ ...packet, mark: moved(packet.mark, nfmask, packet.ctmark, ctmask) });
  const [value, mask] = maskedOf((of('--set-xmark') ?? of('--set-mark'))?.values[0]);
  return (packet) => ({ ...packet, ctmark: value === undefined ? undefined : setMasked(packet.ctmark, value, mask) });
}

function maskedOf(text: string | undefined): readonly [number | undefined, number] {
  const [value = Number.NaN, mask = 0xff_ff_ff_ff] = (text ?? '')
    .split('/')
    .map((one) => (one === '' ? Number.NaN : Number(one)));
  return Number.isNaN(value) || Number.isNaN(mask) ? [undefined, mask] : [value, mask];
}

/** `net/netfilter/xt_mark.c`: the bits of the mask are zeroed, then the value is put in by XOR. */
function setMasked(old: number | undefined, value: number, mask: number): number | undefined {
  if (mask >>> 0 === 0xff_ff_ff_ff) return value >>> 0;
  return old === undefined ? undefined : ((old & ~mask) ^ value) >>> 0;
}

function moved(old: number | undefined, mask: number, from: number | undefined, fromMask: number): number | undefined {
  if (from === undefined || old === undefined) return undefined;
  return ((old & ~mask) ^ (from & fromMask)) >>> 0;
}

function rewriteAction(kind: 'dnat' | 'snat', text: string | undefined): readonly Action[] {
  const target = parseTarget(text ?? '');
  if (target === undefined) return [{ do: 'unmodelled', what: `-j ${kind.toUpperCase()} ${text ?? ''}` }];
  return [{ do: kind, target: () => target }];
}

/** Of a range a port that lies within is kept, and else it is one of them. */
function redirectTarget(ports: string | undefined, { dport }: Packet): Target | undefined {
  const [low = Number.NaN, high = low] = (ports ?? String(dport)).split('-').map(Number);
  if (low === high) return { port: low };
  return dport >= low && dport <= high ? {} : undefined;
}

/** `172.17.0.2:80`, `[fd00::2]:80`, `:80`, an address alone; of a range the target is not known. */
function parseTarget(text: string): Target | undefined {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([\d.]+))?(?::(\d+))?$/.exec(text) ?? [undefined, text];
  const address = six ?? four;
  const ip: Ip | undefined = address === undefined ? undefined : parseIp(address)?.ip;
  if (ip === undefined && (address !== undefined || port === undefined)) return undefined;
  return { ...(ip !== undefined && { ip }), ...(port !== undefined && { port: Number(port) }) };
}
