import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLines } from '../../../programs/lines.ts';
import { inhabit, type Resident } from './inhabit.ts';

const GUARD = fileURLToPath(new URL('./guard.sh', import.meta.url));
const SCRIPT_MS = 30_000;

/** The two ways by which iptables reaches the kernel. */
export type Backend = 'legacy' | 'nft';

/** The host's outer addresses. */
export const HOST_ADDRESS = { 4: '203.0.113.1', 6: '2001:db8:113::1' } as const;
/** The stranger's. */
export const STRANGER_ADDRESS = '203.0.113.2';

/** A network namespace that is a host of its own, and a second one that is the outside. All is taken away when this is disposed of or this process dies. */
export interface PrivateHost extends AsyncDisposable {
  /** A temporary folder, removed with the host. */
  readonly folder: string;
  /** The name of the host's namespace; those whose names begin with it and a dash are removed with it. */
  readonly name: string;
  /** What a program in the host needs for `iptables` to be the host's backend. */
  readonly env: NodeJS.ProcessEnv;
  readonly inside: Resident;
  readonly outside: Resident;
  /** Leads `iptables` and its relatives to another backend, as update-alternatives does. */
  changeBackend(backend: Backend): Promise<void>;
  /** Ends the daemon, as its service manager would, and starts it again with the same words and environment. */
  restartDaemon(): Promise<void>;
  /** Runs a shell script in the host's namespace; resolves to what it printed, rejects with its words when it fails. */
  run(script: string, variables?: Readonly<Record<string, string>>): Promise<string>;
}

export interface PrivateHostOptions {
  readonly backend: Backend;
  /** The daemon's own, where its PATH leads to another `iptables` than everybody else's. */
  readonly daemonBackend?: Backend;
  /** A daemon and its arguments, to run inside; its output is in `dockerd.log`. */
  readonly daemon?: (folder: string) => readonly string[];
}

/** Makes a host and, when asked, starts its daemon. */
export async function makePrivateHost({ backend, daemonBackend, daemon }: PrivateHostOptions): Promise<PrivateHost> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-docker-host-'));
  const name = `sb${process.pid}${randomBytes(3).toString('hex')}`;
  const env = { ...process.env, PATH: await pathWith(join(folder, 'bin'), backend) };
  const own = daemonBackend && { PATH: await pathWith(join(folder, 'daemon-bin'), daemonBackend) };
  const guard = spawn('sh', [GUARD, folder, name, ...(daemon?.(folder) ?? [])], {
    env: { ...env, ...own },
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(guard, 'exit');
  opened.defer(async () => {
    guard.stdin.end();
    await ended;
  });
  const ready = Promise.withResolvers<void>();
  let restarted = ready;
  readLines(guard.stdout, 100, (line) => (line === 'ready' ? ready : restarted).resolve());
  void ended.then(([code]) => {
    for (const one of [ready, restarted]) one.reject(new Error(`the private host ended: ${code}`));
  });
  await ready.promise;
  const inside = opened.use(inhabit(`/var/run/netns/${name}`, env));
  const outside = opened.use(inhabit(`/var/run/netns/${name}-out`));
  const owned = opened.move();
  return {
    folder,
    name,
    env,
    inside,
    outside,
    changeBackend: (other) => leadTo(join(folder, 'bin'), other),
    restartDaemon() {
      restarted = Promise.withResolvers<void>();
      guard.stdin.write('restart\n');
      return restarted.promise;
    },
    run: (script, variables) => runScript(name, script, { ...env, ...variables }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A PATH on which `iptables` and its relatives are those of the backend. */
async function pathWith(bin: string, backend: Backend): Promise<string> {
  await mkdir(bin);
  await leadTo(bin, backend);
  return [bin, process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
}

async function leadTo(bin: string, backend: Backend): Promise<void> {
  for (const tables of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-save', '-restore']) {
      const path = join(bin, tables + suffix);
      await rm(path, { force: true });
      await symlink(`/usr/sbin/${tables}-${backend}${suffix}`, path);
    }
  }
}

async function runScript(name: string, script: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('nsenter', [`--net=/var/run/netns/${name}`, 'sh', '-e', '-c', script], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SCRIPT_MS,
    killSignal: 'SIGKILL',
  });
  const [output, errors, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'exit'),
  ]);
  if (code !== 0) throw new Error(`ended with ${code}: ${Buffer.concat(errors)}, which was: ${script}`);
  return Buffer.concat(output).toString();
}

/** What the daemon of a host has written. */
export function readDaemonLog(folder: string): Promise<string> {
  return readFile(join(folder, 'dockerd.log'), 'utf8');
}
