import type { EvaluateOptions } from '../report.ts';
import { type Family, type Ip, type IpRange, isWithin, parseIp, parseRange } from '../rules/addresses.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import { isListed } from './listed.ts';
import { neighbourIn } from './topology.ts';
import type { Surroundings } from './travel.ts';

/** Somebody who is not this host, and the interface that they come in by. */
export interface Stranger {
  readonly ip: Ip;
  readonly enters: string;
}

/** Any address of the internet: the first that no set names for which a rule asks, as one of a country does. */
export const FAR: Readonly<Record<Family, readonly string[]>> = {
  4: ['185.88.181.77', '23.92.26.181', '133.242.187.45'],
  6: ['2a05:d018:7a1:4c77::77', '2600:3c03:e000:5a1::77', '2401:2500:204:1160::77'],
};
/** So many neighbours are passed over because a set names them. */
const MOST_AVOIDED = 32;
/** Of the neighbours that rules name, so many are asked for. */
const MOST_NAMED = 4;

/**
 * Who asks from outside: the one that was named; else a neighbour on the outer network, one of each range of neighbours that a rule
 * names, and somebody from far away.
 */
export function strangersOf({ host, rules }: Surroundings, family: Family, options: EvaluateOptions): Stranger[] {
  const named = parseIp(options.from ?? '');
  const wanted = named?.family === family ? named.ip : undefined;
  const enters = options.enters ?? (wanted === undefined ? undefined : host.routeTo(wanted)) ?? host.outer(family);
  if (enters === undefined || enters === 'lo') return [];
  if (wanted !== undefined) return [{ ip: wanted, enters }];
  const all = host.addressesOf(enters, family).filter((one) => !one.isLinkLocal);
  const taken = all.map(({ ip }) => ip);
  const subnet = all[0]?.subnet;
  const listed = (ip: Ip) => isListed({ host, rules }, ip);
  let tried = 0;
  const avoid = (ip: Ip) => tried++ < MOST_AVOIDED && listed(ip);
  const near = subnet && (neighbourIn(subnet, taken, avoid) ?? neighbourIn(subnet, taken));
  const afar = FAR[family].flatMap((one) => parseIp(one)?.ip ?? []);
  const far = afar.find((ip) => !listed(ip)) ?? afar[0];
  return [
    ...(near === undefined ? [] : [near]),
    ...(subnet === undefined ? [] : namedIn(rules, subnet, taken)),
    ...(far !== undefined && host.routeTo(far) === enters ? [far] : []),
  ].map((ip) => ({ ip, enters }));
}

/** One neighbour of each range that some rule names, for packets or their replies, and that is a part of the subnet. */
function namedIn(rules: Ruleset, subnet: IpRange, taken: readonly Ip[]): readonly Ip[] {
  const parts = [...partsNamed(rules, subnet), ...partsNamed(rules, subnet, destinationsIn)];
  const ips = parts.flatMap(({ low, high }) => {
    const ip = [low, next(low), high].find((one) => one <= high && !taken.includes(one) && one !== subnet.low);
    return ip === undefined ? [] : [ip];
  });
  return [...new Set(ips)].slice(0, MOST_NAMED);
}

/** Of several addresses of a subnet, one that no rule names and some that a rule does, itself or by a set. */
export function toldApart(around: Surroundings, subnet: IpRange, ips: readonly Ip[]): readonly Ip[] {
  const parts = partsNamed(around.rules, subnet);
  const isNamed = (ip: Ip) => parts.some((part) => isWithin(part, ip)) || isListed(around, ip, 'src');
  return [...ips.filter((ip) => !isNamed(ip)).slice(0, 1), ...ips.filter(isNamed).slice(0, MOST_NAMED)];
}

type Reader = (text: string) => string;
const named = new Map([sourcesIn, destinationsIn].map((one) => [one, new WeakMap<Ruleset, readonly IpRange[]>()]));
const ADDRESSES = /\b(?:\d{1,3}\.){3}\d{1,3}(?:\/[\d.]+|-[\d.]+)?|[\da-f]*:[\da-f:]*:[\da-f]*(?:\/\d+)?/g;

/** The ranges that some rule names, as where packets come from when nothing else is said, and that are a part of the subnet. */
function partsNamed(rules: Ruleset, subnet: IpRange, read: Reader = sourcesIn): readonly IpRange[] {
  const ranges = named.get(read)?.get(rules) ?? readRanges(rules, read);
  named.get(read)?.set(rules, ranges);
  return ranges.filter(
    ({ family, low, high }) =>
      family === subnet.family &&
      isWithin(subnet, low) &&
      isWithin(subnet, high) &&
      (low !== subnet.low || high !== subnet.high),
  );
}

function readRanges(rules: Ruleset, read: Reader): readonly IpRange[] {
  const texts = new Set(rules.named().flatMap((text) => read(text).match(ADDRESSES) ?? []));
  return [...texts].flatMap((text) => parseRange(text) ?? []);
}

/** What a rule says of sources. One for an address that talks to itself, as Docker has for each container, tells nobody apart. */
function sourcesIn(text: string): string {
  if (!text.startsWith('-A ')) return /\bdaddr\b/.test(text) && !/\bsaddr\b/.test(text) ? '' : text;
  const sources = [...text.matchAll(/ (?:-s|--src-range|--ctorigsrc) (\S+)/g)].map(([, source = '']) => source);
  return sources.filter((source) => !text.includes(` -d ${source} `)).join(' ');
}

/** What a rule says of where packets go. */
function destinationsIn(text: string): string {
  if (!text.startsWith('-A ')) return /\bdaddr\b/.test(text) ? text : '';
  return [...text.matchAll(/ (?:-d|--dst-range|--ctreplsrc) (\S+)/g)].map(([, one = '']) => one).join(' ');
}

function next(ip: Ip): Ip {
  return typeof ip === 'number' ? ip + 1 : ip + 1n;
}
