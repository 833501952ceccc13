import { SECOND } from '../../../model/time.ts';
import { openDocker } from '../../../programs/docker.ts';
import { NoAnswer } from '../../../programs/unix-socket.ts';
import type { DockerState } from '../snapshot.ts';
import { type Kept, keep } from './keep.ts';

const LONGEST_MS = 5 * SECOND;
/** Containers asked for at once. */
const AT_ONCE = 8;

const VERSION: Kept = {
  Version: true,
  ApiVersion: true,
  GitCommit: true,
  KernelVersion: true,
  Os: true,
  Arch: true,
  BuildTime: true,
  Platform: { Name: true },
  Components: [{ Name: true, Version: true, Details: { GitCommit: true } }],
};

/** Not the proxies, the registries and the labels: they may hold passwords. */
const INFO: Kept = {
  ID: true,
  Name: true,
  ServerVersion: true,
  OperatingSystem: true,
  KernelVersion: true,
  DockerRootDir: true,
  Containers: true,
  ContainersRunning: true,
  FirewallBackend: true,
  IPv4Forwarding: true,
  BridgeNfIptables: true,
  BridgeNfIp6tables: true,
  LiveRestoreEnabled: true,
  ExperimentalBuild: true,
  SecurityOptions: true,
  Warnings: true,
  Swarm: { LocalNodeState: true },
};

const ENDPOINT: Kept = {
  NetworkID: true,
  IPAddress: true,
  IPPrefixLen: true,
  Gateway: true,
  GlobalIPv6Address: true,
  GlobalIPv6PrefixLen: true,
  IPv6Gateway: true,
  MacAddress: true,
  GwPriority: true,
};

/** Not the environment, the command and the labels. */
const CONTAINER: Kept = {
  Id: true,
  Name: true,
  Created: true,
  Image: true,
  Config: { Image: true, ExposedPorts: true },
  State: { Status: true, Running: true, Paused: true, Pid: true, StartedAt: true },
  HostConfig: { NetworkMode: true, PortBindings: true, PublishAllPorts: true, Links: true },
  NetworkSettings: {
    Ports: true,
    SandboxKey: true,
    Gateway: true,
    IPAddress: true,
    GlobalIPv6Address: true,
    MacAddress: true,
    Networks: { '*': ENDPOINT },
  },
};

const NETWORK: Kept = {
  Id: true,
  Name: true,
  Created: true,
  Scope: true,
  Driver: true,
  EnableIPv4: true,
  EnableIPv6: true,
  Internal: true,
  Ingress: true,
  ConfigOnly: true,
  IPAM: { Driver: true, Config: [{ Subnet: true, IPRange: true, Gateway: true }] },
  Options: { 'com.docker.network.*': true },
  Containers: { '*': { Name: true, EndpointID: true, MacAddress: true, IPv4Address: true, IPv6Address: true } },
};

/** What the Engine says of itself, its networks and its running containers; only what the firewall depends on. Rejects with `NoAnswer`. */
export async function takeDockerState(socket: string, signal: AbortSignal): Promise<DockerState> {
  const docker = openDocker(socket);
  const ask = (path: string) => docker.get(path, signal, LONGEST_MS);
  const { said: version } = await docker.version(signal, LONGEST_MS);
  const [info, listed, networks] = await Promise.all([ask('/info'), ask('/containers/json'), ask('/networks')]);
  return {
    version: record(keep(version, VERSION)),
    info: record(keep(info, INFO)),
    containers: (await each(idsOf(listed), (id) => ask(`/containers/${id}/json`)))
      .map((one) => record(keep(one, CONTAINER)))
      .filter(isRunning),
    networks: (await each(idsOf(networks), (id) => ask(`/networks/${id}`))).map((one) => record(keep(one, NETWORK))),
  };
}

/** In their order; what has gone since it was listed is left out. */
async function each(ids: readonly string[], ask: (id: string) => Promise<unknown>): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE)
    answers.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => ask(id).catch(ifGone)))));
  return answers.filter((one) => one !== undefined);
}

function ifGone(error: unknown): undefined {
  if (error instanceof NoAnswer && error.status === 404) return undefined;
  throw error;
}

function idsOf(list: unknown): string[] {
  if (!Array.isArray(list)) throw new NoAnswer('Docker answered with something that is no list');
  return list
    .map((one: { Id?: unknown }) => String(one.Id))
    .filter((id) => /^[\da-z]+$/i.test(id))
    .sort();
}

/** One may have ended since it was listed; its ports are then nobody's. */
function isRunning({ State }: Readonly<Record<string, unknown>>): boolean {
  return record(State).Running !== false;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
