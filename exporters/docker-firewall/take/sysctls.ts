import { readdir, readFile } from 'node:fs/promises';

const SINGLE = [
  'net.ipv4.ip_forward',
  'net.ipv6.bindv6only',
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
];
const BY_LINK = {
  'net.ipv4.conf': ['forwarding', 'route_localnet', 'rp_filter'],
  'net.ipv6.conf': ['forwarding', 'disable_ipv6'],
};

/** The kernel's settings that decide over forwarding, by dotted name; those that do not exist are left out. A link's own dots stay. */
export async function takeSysctls(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const read = async (name: string, path: string) => {
    const text = await readFile(`/proc/sys/${path}`, 'utf8').catch(() => undefined);
    if (text !== undefined) found[name] = text.trim();
  };
  for (const name of SINGLE) await read(name, name.replaceAll('.', '/'));
  for (const [group, settings] of Object.entries(BY_LINK)) {
    const folder = group.replaceAll('.', '/');
    for (const link of await readdir(`/proc/sys/${folder}`).catch(() => []))
      for (const setting of settings) await read(`${group}.${link}.${setting}`, `${folder}/${link}/${setting}`);
  }
  if (found['net.ipv4.ip_forward'] === undefined) throw new Error('/proc/sys/net/ipv4/ip_forward cannot be read');
  return found;
}
