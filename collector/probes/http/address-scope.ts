import { BlockList } from 'node:net';
import type { Address } from '../../../model/probe.ts';

/** How far an address reaches: 0 this machine and its links, 1 private networks, 2 the internet. */
export type Scope = 0 | 1 | 2;

/** RFC 6890 and its registry, as far as a redirect could do harm there. */
const LOCAL: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
];
const PRIVATE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
];

let lists: readonly [BlockList, BlockList] | undefined;

/** The scope of an address; one that only wraps an IPv4 address has that one's. */
export function scopeOf(address: Address): Scope {
  lists ??= [listOf(LOCAL), listOf(PRIVATE)];
  const family = address.family === 6 ? 'ipv6' : 'ipv4';
  const plain = address.address.split('%')[0] ?? '';
  if (lists[0].check(plain, family)) return 0;
  return lists[1].check(plain, family) ? 1 : 2;
}

function listOf(ranges: typeof LOCAL): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
