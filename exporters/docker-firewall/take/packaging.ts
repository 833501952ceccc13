import { readFile, readlink, realpath } from 'node:fs/promises';
import { findProgram } from '../../../programs/find-program.ts';
import { ProgramFailed } from '../../../programs/run-program.ts';
import type { Packaging } from '../snapshot.ts';
import { findDockerd } from './dockerd-process.ts';
import { runBriefly } from './run-briefly.ts';

const PACKAGES = [
  'docker.io',
  'docker-ce',
  'moby-engine',
  'containerd',
  'containerd.io',
  'runc',
  'iptables',
  'nftables',
  'ufw',
  'firewalld',
];

/** Clock ticks a second in /proc: USER_HZ is 100 on every architecture that Node runs on. */
const TICKS = 100;

/** Who brought Docker and the firewall's programs. What cannot be seen is left out. */
export async function takePackaging(signal: AbortSignal): Promise<Packaging> {
  const [version, path, dockerd, packages, snaps] = await Promise.all([
    runBriefly(['iptables', '--version'], signal).catch(() => undefined),
    whereLeads('iptables'),
    dockerdProcess(),
    packageVersions(signal),
    snapVersions(),
  ]);
  return {
    ...(version !== undefined && { iptablesVersion: version.trim() }),
    ...(path !== undefined && { iptablesPath: path }),
    ...dockerd,
    versions: { ...packages, ...snaps },
  };
}

/** Where a program of a PATH, ours when left out, leads in the end, through the alternatives. */
async function whereLeads(program: string, folders?: string): Promise<string | undefined> {
  const path = await findProgram(program, folders);
  return path && realpath(path).catch(() => undefined);
}

async function dockerdProcess(): Promise<Pick<Packaging, 'dockerdPath' | 'dockerdStartedAt' | 'dockerdIptablesPath'>> {
  const pid = await findDockerd();
  if (pid === undefined) return {};
  const path = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  const startedAt = await startOf(pid).catch(() => undefined);
  const folders = await pathOf(pid).catch(() => undefined);
  const iptables = folders && (await whereLeads('iptables', folders));
  return {
    ...(path !== undefined && { dockerdPath: path }),
    ...(startedAt !== undefined && { dockerdStartedAt: startedAt }),
    ...(iptables !== undefined && { dockerdIptablesPath: iptables }),
  };
}

/** The PATH of a process that sees the same files as we do; undefined when it sees others, or has none. */
async function pathOf(pid: string): Promise<string | undefined> {
  const [ours, its] = await Promise.all(['self', pid].map((one) => readlink(`/proc/${one}/ns/mnt`)));
  if (ours !== its) return undefined;
  return /(?:^|\0)PATH=([^\0]+)/.exec(await readFile(`/proc/${pid}/environ`, 'utf8'))?.[1];
}

/** From proc_pid_stat(5), field 22, and the boot time in proc_stat(5); to the second. */
async function startOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1]);
  if (!Number.isFinite(ticks + boot)) throw new Error(`/proc/${pid}/stat cannot be read`);
  return (boot + Math.floor(ticks / TICKS)) * 1_000;
}

async function packageVersions(signal: AbortSignal): Promise<Record<string, string>> {
  const format = ['db:Status-Status', 'Package', 'Version'].map((field) => `\${${field}}`).join(' ');
  // It fails for every package that is not known, and prints the others all the same.
  const text = await runBriefly(['dpkg-query', '-W', `-f=${format}\n`, ...PACKAGES], signal).catch((error) =>
    error instanceof ProgramFailed ? error.output : '',
  );
  return Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([state]) => state === 'installed')
      .map(([, name = '', version = '']) => [name, version]),
  );
}

/** The snap of Docker by its version, revision and base, which decides over the backend of its iptables. */
async function snapVersions(): Promise<Record<string, string>> {
  const revision = await readlink('/snap/docker/current').catch(() => undefined);
  if (revision === undefined) return {};
  const meta = await readFile('/snap/docker/current/meta/snap.yaml', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}: *['"]?([^'"\\n]+)`, 'm').exec(meta)?.[1]?.trim();
  const more = [`revision ${revision}`, ...(field('base') === undefined ? [] : [`base ${field('base')}`])];
  return { 'snap:docker': `${field('version') ?? 'unknown'} (${more.join(', ')})` };
}
