import { readdir, readFile, readlink } from 'node:fs/promises';
import type { DockerSettings } from '../snapshot.ts';

/** The process number of the dockerd that lives in our own network: another has other rules. Undefined when there is none. */
export async function findDockerd(): Promise<string | undefined> {
  const network = await readlink('/proc/self/ns/net').catch(() => '');
  for (const pid of (await readdir('/proc')).filter((one) => /^\d+$/.test(one))) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name.trim() !== 'dockerd') continue;
    const itsNetwork = await readlink(`/proc/${pid}/ns/net`).catch(() => network);
    if (itsNetwork === network) return pid;
  }
  return undefined;
}

/** What the running dockerd was told of the firewall, on its command line or in daemon.json; undefined when neither can be read. */
export async function takeDockerdSettings(): Promise<DockerSettings | undefined> {
  const pid = await findDockerd();
  if (pid === undefined) return undefined;
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (line === undefined) return undefined;
  const words = line.split('\0').filter((word) => word !== '');
  const path = flagOf(words, 'config-file') ?? '/etc/docker/daemon.json';
  const file = await readFile(path, 'utf8').catch(() => '{}');
  return readDockerdSettings(words, file);
}

/** Reads a command line of dockerd and its daemon.json, which says only what the command line does not. */
export function readDockerdSettings(words: readonly string[], file: string): DockerSettings {
  const written = fieldsOf(file);
  const truth = (name: string): boolean | undefined => {
    const flag = flagOf(words, name);
    if (flag !== undefined) return !/^(?:false|f|0)$/i.test(flag);
    return typeof written[name] === 'boolean' ? written[name] : undefined;
  };
  const [iptables, ip6tables, userlandProxy] = [truth('iptables'), truth('ip6tables'), truth('userland-proxy')];
  const backend = flagOf(words, 'firewall-backend') ?? written['firewall-backend'];
  return {
    ...(iptables !== undefined && { iptables }),
    ...(ip6tables !== undefined && { ip6tables }),
    ...(userlandProxy !== undefined && { userlandProxy }),
    ...(typeof backend === 'string' && { firewallBackend: backend }),
  };
}

/** `--name=value`; `--name` alone is `true`, except where a value of its own follows. */
function flagOf(words: readonly string[], name: string): string | undefined {
  const at = words.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  const word = words[at];
  if (word === undefined) return undefined;
  if (word.includes('=')) return word.slice(word.indexOf('=') + 1);
  const takesValue = name === 'config-file' || name === 'firewall-backend';
  return takesValue ? words[at + 1] : 'true';
}

function fieldsOf(file: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(file);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
