import { type DockerContainer, type PublishedPort, readDocker } from './evaluate/docker.ts';
import { formatIp } from './rules/addresses.ts';
import type { Backend } from './rulesets.ts';
import type { DockerState, Packaging, Snapshot } from './snapshot.ts';

/** The Docker Engine that runs, and who brought it. */
export interface Engine {
  readonly packaging: 'snap' | 'docker-ce' | 'docker.io' | 'moby-engine' | 'other';
  readonly version: string;
  /** Of a snap its revision, else the package's version; empty when that is not known. */
  readonly revision: string;
}

/** Undefined when no engine answered. */
export function engineOf({ docker, packaging }: Snapshot): Engine | undefined {
  if (docker === undefined) return undefined;
  const version = String(docker.version.Version ?? docker.info.ServerVersion ?? '');
  const snap = packaging.versions['snap:docker'];
  const path = packaging.dockerdPath ?? '';
  if (path.startsWith('/snap/') || (path === '' && snap !== undefined))
    return { packaging: 'snap', version, revision: /^\/snap\/docker\/(x?\d+)\//.exec(path)?.[1] ?? revisionOf(snap) };
  const name = (['docker-ce', 'docker.io', 'moby-engine'] as const).find((one) => one in packaging.versions);
  return { packaging: name ?? 'other', version, revision: name === undefined ? '' : (packaging.versions[name] ?? '') };
}

/** The engine in one line: `docker.io 20.10.24 (20.10.24+dfsg1-1)`. */
export function engineInWords({ packaging, version, revision }: Engine): string {
  return `${packaging} ${version}${revision === '' ? '' : ` (${revision})`}`;
}

function revisionOf(snap = ''): string {
  return /revision (x?\d+)/.exec(snap)?.[1] ?? '';
}

export type BackendRole = 'dockerd' | 'host' | 'next_restart';

/** Which backend dockerd's rules stand in now, the host's `iptables` would use, and dockerd will take at its next start, where that is known. */
export function backendsOf(snapshot: Snapshot): Partial<Record<BackendRole, Backend>> {
  const { packaging, docker } = snapshot;
  const host = defaultBackend(packaging);
  if (docker === undefined) return host === undefined ? {} : { host };
  const isNative = driverOf(docker).startsWith('nftables');
  const next = isNative ? 'nft_native' : nextBackend(snapshot, host);
  const running = isNative ? 'nft_native' : dockerBackend(snapshot, next);
  return {
    ...(running !== undefined && { dockerd: running }),
    ...(host !== undefined && { host }),
    ...(next !== undefined && { next_restart: next }),
  };
}

function driverOf({ info }: DockerState): string {
  const driver = (info.FirewallBackend as { Driver?: unknown } | undefined)?.Driver;
  return typeof driver === 'string' ? driver : '';
}

/**
 * The snap brings iptables of its own: up to base core20 legacy, with core22 nft. With core24 it was nft until December 2025, and has since
 * been the host's at every call (canonical/docker-snap, pull request 329); which of the two this one is cannot be seen. Any other dockerd
 * runs the `iptables` of its PATH, which need not be everybody's.
 */
function nextBackend(snapshot: Snapshot, host: Backend | undefined): Backend | undefined {
  const { dockerdIptablesPath: own, iptablesPath, versions } = snapshot.packaging;
  if (engineOf(snapshot)?.packaging !== 'snap')
    return own === undefined || own === iptablesPath ? host : backendAt(own);
  const base = Number(/base core(\d+)/.exec(versions['snap:docker'] ?? '')?.[1]);
  if (base < 22) return 'legacy';
  if (base < 24) return 'nft_compat';
  return host === 'nft_compat' ? host : undefined;
}

function defaultBackend({ iptablesVersion = '', iptablesPath = '' }: Packaging): Backend | undefined {
  if (/\(nf_tables\)/.test(iptablesVersion)) return 'nft_compat';
  // Before 1.8 there was no other, and nothing was said of it.
  if (/\(legacy\)|^iptables v1\.[0-7]\./.test(iptablesVersion)) return 'legacy';
  return backendAt(iptablesPath);
}

function backendAt(path: string): Backend | undefined {
  if (/nft-multi$/.test(path)) return 'nft_compat';
  return /legacy-multi$/.test(path) ? 'legacy' : undefined;
}

/**
 * The backend in which Docker's rules live: where they stand in both, that one which leads more published ports to their containers, for
 * what was left behind is soon out of date; and where both lead as many, the one that dockerd's iptables writes to.
 */
function dockerBackend(snapshot: Snapshot, next: Backend | undefined): Backend | undefined {
  const { rules } = snapshot;
  const legacy = `${rules.legacy4 ?? ''}\n${rules.legacy6 ?? ''}`;
  const nft = `${rules.nft4 ?? ''}\n${rules.nft6 ?? ''}`;
  const [inLegacy, inNft] = [legacy, nft].map((text) => (text.match(/^(\[\d+:\d+\] )?-A .*\bDOCKER/gm) ?? []).length);
  if (!inLegacy && !inNft) return undefined;
  if (!inLegacy || !inNft) return inLegacy ? 'legacy' : 'nft_compat';
  const { containers } = readDocker(snapshot);
  const ahead = countLed(legacy, containers) - countLed(nft, containers);
  if (ahead !== 0) return ahead > 0 ? 'legacy' : 'nft_compat';
  return next ?? (inLegacy > inNft ? 'legacy' : 'nft_compat');
}

/** How many published ports a DNAT rule leads to the address that their container has now. */
function countLed(text: string, containers: readonly DockerContainer[]): number {
  const targets = new Set(text.match(/(?<=--to-destination )\S+/g));
  const isLed = ({ ip, family }: DockerContainer['addresses'][number], port: PublishedPort) =>
    family === port.family && targets.has(`${family === 6 ? `[${formatIp(ip)}]` : formatIp(ip)}:${port.containerPort}`);
  return containers.flatMap(({ addresses, published }) =>
    published.filter((port) => addresses.some((address) => isLed(address, port))),
  ).length;
}
