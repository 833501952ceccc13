import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Listener } from '../snapshot.ts';

/** The states of a TCP socket that listens and of a UDP socket that is bound and not connected, Linux include/net/tcp_states.h. */
const STATES = { tcp: '0A', udp: '07' } as const;

interface Socket extends Listener {
  readonly inode: string;
}

/** Who listens, from /proc/net, with the program's name where its process may be looked at. Throws when /proc/net cannot be read. */
export async function takeListeners(proc = '/proc'): Promise<Listener[]> {
  const read = (name: string) => readFile(`${proc}/net/${name}`, 'utf8');
  const sockets = [
    ...socketsIn(await read('tcp'), 'tcp'),
    ...socketsIn(await read('tcp6').catch(ifAbsent), 'tcp'),
    ...socketsIn(await read('udp'), 'udp'),
    ...socketsIn(await read('udp6').catch(ifAbsent), 'udp'),
  ];
  const programs = await holdersOf(new Set(sockets.map(({ inode }) => inode)), proc);
  return sockets.map(({ proto, address, port, inode }) => {
    const program = programs.get(inode);
    return { proto, address, port, ...(program !== undefined && { program }) };
  });
}

/** A kernel without IPv6 has no such file. */
function ifAbsent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

/** The sockets of one table of proc_net(5) that take what comes from anybody. */
export function socketsIn(table: string, proto: 'tcp' | 'udp'): Socket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (state !== STATES[proto] || !/^([\dA-F]{8}|[\dA-F]{32})$/.test(address)) return [];
      return [{ proto, address: addressOf(address), port: Number.parseInt(port, 16), inode }];
    });
}

/** The kernel prints each 32 bits of an address as a number in the machine's own byte order. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = (bytes.join('').match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

async function holdersOf(inodes: ReadonlySet<string>, proc: string): Promise<Map<string, string>> {
  const holders = new Map<string, string>();
  for (const pid of await readdir(proc)) {
    if (!/^\d+$/.test(pid) || holders.size === inodes.size) continue;
    const folder = `${proc}/${pid}/fd`;
    const files = await readdir(folder).catch(() => []);
    const links = await Promise.all(files.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
    const held = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []).filter((one) => inodes.has(one));
    if (held.length === 0) continue;
    const name = (await readFile(`${proc}/${pid}/comm`, 'utf8').catch(() => '')).trim();
    if (name !== '') for (const inode of held) holders.set(inode, name);
  }
  return holders;
}
