import { hostname, release } from 'node:os';
import { messageOf } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import { dockerSocketPath } from '../../programs/docker.ts';
import { NoAnswer } from '../../programs/unix-socket.ts';
import { FAR } from './evaluate/strangers.ts';
import type { DockerState, IpAddresses, Snapshot, SnapshotPart } from './snapshot.ts';
import { takeDockerState } from './take/docker-state.ts';
import { takeDockerdSettings } from './take/dockerd-process.ts';
import { takeListeners } from './take/listeners.ts';
import { takePackaging } from './take/packaging.ts';
import { takeRules } from './take/rules.ts';
import { runBriefly } from './take/run-briefly.ts';
import { takeSets } from './take/sets.ts';
import { takeSysctls } from './take/sysctls.ts';

export interface TakeOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Docker's socket; by DOCKER_HOST or where Docker puts it, when left out. */
  readonly dockerSocket?: string;
  readonly signal: AbortSignal;
}

/**
 * Asks the kernel, Docker and the package manager for everything that the evaluator knows, of the network that this process lives in.
 * Changes nothing. Needs root, or CAP_NET_ADMIN and Docker's socket: what cannot be read is listed as missing, with words. Rejects
 * only when called off.
 */
export async function takeSnapshot({ clock, dockerSocket, signal }: TakeOptions): Promise<Snapshot> {
  const at = clock.now();
  const missing: Snapshot['missing'][number][] = [];
  const miss = (part: SnapshotPart, why: string) => {
    missing.push({ part, why });
  };
  const orMiss = async <T>(part: SnapshotPart, taken: Promise<T>, none: T): Promise<T> =>
    taken.catch((error: unknown) => {
      miss(part, messageOf(error));
      return none;
    });
  const ip = async (part: SnapshotPart, ...args: string[]): Promise<never[]> => orMiss(part, askIp(args, signal), []);
  const [rules, docker, sysctls, links, addresses, routes4, routes6, policies4, policies6, listeners, packaging] =
    await Promise.all([
      takeRules(signal, miss),
      orMiss('docker', takeDocker(dockerSocket, signal), undefined),
      orMiss('sysctls', takeSysctls(), {}),
      ip('links', '-d', 'link', 'show'),
      ip('links', 'address', 'show'),
      ip('routes', '-4', 'route', 'show', 'table', 'all'),
      ip('routes', '-6', 'route', 'show', 'table', 'all'),
      ip('routes', '-4', 'rule', 'show'),
      ip('routes', '-6', 'rule', 'show'),
      orMiss('listeners', takeListeners(), []),
      takePackaging(signal),
    ]);
  const sets = await takeSets(rules.rules, aboutOf(addresses), signal, miss);
  signal.throwIfAborted();
  return {
    version: 1,
    at,
    host: { name: hostname(), kernel: release() },
    missing,
    ...rules,
    sets,
    sysctls,
    links,
    addresses,
    routes4,
    routes6,
    policies4,
    policies6,
    ...(docker !== undefined && { docker }),
    listeners,
    packaging,
  };
}

/** The addresses of whom walks are made: those of this machine's networks, and of the strangers who ask from far away. */
function aboutOf(addresses: readonly IpAddresses[]): string[] {
  const own = addresses.flatMap(({ addr_info }) =>
    addr_info.map(({ local = '', prefixlen }) => (prefixlen === undefined ? local : `${local}/${prefixlen}`)),
  );
  return [...new Set([...own, ...FAR[4], ...FAR[6]])];
}

async function takeDocker(setting: string | undefined, signal: AbortSignal): Promise<DockerState | undefined> {
  try {
    const state = await takeDockerState(dockerSocketPath(setting), signal);
    const settings = await takeDockerdSettings();
    return settings === undefined ? state : { ...state, settings };
  } catch (error) {
    if (error instanceof NoAnswer && error.absent) return undefined;
    throw error;
  }
}

/** Its lists hold what its own version prints; the evaluator looks at each field before it believes it. */
async function askIp(args: readonly string[], signal: AbortSignal): Promise<never[]> {
  const printed = await runBriefly(['ip', '-j', ...args], signal);
  // With nothing to list, as no route of IPv6, it prints nothing at all.
  const read: unknown = printed.trim() === '' ? [] : JSON.parse(printed);
  if (!Array.isArray(read)) throw new Error(`ip ${args.join(' ')} printed something that is no list`);
  return read as never[];
}
