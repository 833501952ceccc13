/** An address as a number, so that a prefix is a comparison: IPv4 as a number, IPv6 as a bigint. */
export type Ip = number | bigint;

export type Family = 4 | 6;

/** All addresses from `low` to `high`, both counted in. */
export interface IpRange {
  readonly family: Family;
  readonly low: Ip;
  readonly high: Ip;
}

/** Reads an address; undefined when it is none. */
export function parseIp(text: string): { readonly family: Family; readonly ip: Ip } | undefined {
  const bare = text.replace(/%.*$/, '');
  if (bare.includes(':')) {
    const ip = parseIp6(bare);
    return ip === undefined ? undefined : { family: 6, ip };
  }
  const ip = parseIp4(bare);
  return ip === undefined ? undefined : { family: 4, ip };
}

function parseIp4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let ip = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    ip = ip * 256 + Number(part);
  }
  return ip;
}

/** RFC 4291, section 2.2, also with an IPv4 address at the end. */
function parseIp6(text: string): bigint | undefined {
  const lastColon = text.lastIndexOf(':');
  const four = text.includes('.') ? parseIp4(text.slice(lastColon + 1)) : undefined;
  const plain =
    four === undefined
      ? text
      : `${text.slice(0, lastColon + 1)}${Math.floor(four / 65_536).toString(16)}:${(four % 65_536).toString(16)}`;
  const [head = '', tail, ...more] = plain.split('::');
  if (more.length > 0) return undefined;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - before.length - after.length;
  if (tail === undefined ? gap !== 0 : gap < 0) return undefined;
  const groups = [...before, ...Array<string>(gap).fill('0'), ...after];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`);
}

/** Writes an address; IPv6 in the short form of RFC 5952. */
export function formatIp(ip: Ip): string {
  if (typeof ip === 'number')
    return [ip / 0x1000000, (ip / 0x10000) % 256, (ip / 256) % 256, ip % 256].map(Math.floor).join('.');
  const groups =
    ip
      .toString(16)
      .padStart(32, '0')
      .match(/.{4}/g)
      ?.map((group) => Number.parseInt(group, 16).toString(16)) ?? [];
  const longest = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)].toSorted((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) return groups.join(':');
  const whole = groups.join(':');
  const before = whole.slice(0, longest.index).replace(/:$/, '');
  const after = whole.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** All addresses of a prefix. */
export function prefixRange(family: Family, ip: Ip, bits: number): IpRange {
  if (family === 4) {
    const size = 2 ** (32 - bits);
    const low = Math.floor(Number(ip) / size) * size;
    return { family, low, high: low + size - 1 };
  }
  const size = 1n << BigInt(128 - bits);
  const low = (BigInt(ip) / size) * size;
  return { family, low, high: low + size - 1n };
}

/** Writes a range as a prefix, or as its ends where it is none. */
export function prefixText({ family, low, high }: IpRange): string {
  for (let bits: number = widthOf(family); bits >= 0; bits--) {
    const prefix = prefixRange(family, low, bits);
    if (prefix.low === low && prefix.high === high) return `${formatIp(low)}/${bits}`;
  }
  return `${formatIp(low)}-${formatIp(high)}`;
}

/** Reads `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1-10.0.0.9` or an address alone; undefined when it is none of these. */
export function parseRange(text: string): IpRange | undefined {
  const [first = '', last] = text.split('-');
  if (last !== undefined) {
    const low = parseIp(first);
    const high = parseIp(last);
    if (low === undefined || low.family !== high?.family) return undefined;
    return { family: low.family, low: low.ip, high: high.ip };
  }
  const [address = '', length] = text.split('/');
  const parsed = parseIp(address);
  if (parsed === undefined) return undefined;
  const bits = length === undefined ? widthOf(parsed.family) : bitsOf(length, parsed.family);
  return bits === undefined ? undefined : prefixRange(parsed.family, parsed.ip, bits);
}

/** How many bits an address has. */
export function widthOf(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** The length of a prefix, given as such or as a mask; undefined when the mask has holes. */
function bitsOf(text: string, family: Family): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= widthOf(family) ? Number(text) : undefined;
  const mask = parseIp(text);
  if (mask?.family !== family) return undefined;
  const binary = mask.ip.toString(2).padStart(widthOf(family), '0');
  return /^1*0*$/.test(binary) ? binary.replaceAll('0', '').length : undefined;
}

/** Whether an address lies in a range; those of the other family never do. */
export function isWithin(range: IpRange, ip: Ip): boolean {
  return (typeof ip === 'number') === (range.family === 4) && ip >= range.low && ip <= range.high;
}
