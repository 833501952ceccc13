import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** Whether a text can be asked for: labels of at most 63 bytes, 253 in all (RFC 1035); `.` is the root. */
export function isDomainName(text: string): boolean {
  if (text === '.') return true;
  const ascii = asciiOf(text).replace(/\.$/, '');
  return ascii !== '' && ascii.length <= 253 && ascii.split('.').every((label) => /^[!-~]{1,63}$/.test(label));
}

/** The name as it travels: an address turned into its name for PTR (RFC 1035 section 3.5, RFC 3596 section 2.5), letters beyond ASCII encoded. */
export function questionName(name: string, type: string): string {
  const family = type === 'PTR' ? isIP(name) : 0;
  if (family === 4) return `${name.split('.').reverse().join('.')}.in-addr.arpa`;
  if (family === 6) return `${[...expandV6(name).replaceAll(':', '')].reverse().join('.')}.ip6.arpa`;
  return asciiOf(name).replace(/(?<=.)\.$/, '');
}

function asciiOf(name: string): string {
  // domainToASCII refuses underscores and asterisks, which are fine in DNS and are ASCII anyway.
  return /^[!-~]*$/.test(name) ? name : domainToASCII(name);
}

/** All 32 hexadecimal digits of an IPv6 address, in groups of four. */
export function expandV6(address: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address.replace(/%.*/, ''));
  const pair = (high = '0', low = '0') => ((Number(high) << 8) | Number(low)).toString(16);
  const plain = dotted ? `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}` : address;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].map((group) => group.toLowerCase().padStart(4, '0')).join(':');
}
