import { isIP } from 'node:net';
import type { Address } from '../../model/probe.ts';

/** The addresses that hosts(5) gives each name, by the name in lower case, in the file's order. */
export type Hosts = ReadonlyMap<string, readonly Address[]>;

/** Reads the text of a hosts file; lines that make no sense are passed over, as the system does. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of names) {
      const known = hosts.get(name.toLowerCase()) ?? [];
      if (!known.some((one) => one.address === address)) known.push({ address, family });
      hosts.set(name.toLowerCase(), known);
    }
  }
  return hosts;
}
