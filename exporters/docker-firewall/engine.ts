import type { Backend } from './rulesets.ts';
import type { Packaging, Snapshot } from './snapshot.ts';

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
  const running = docker === undefined ? undefined : dockerBackend(snapshot);
  const next = running === 'nft_native' ? running : snapBackend(snapshot, host);
  return {
    ...(running !== undefined && { dockerd: running }),
    ...(host !== undefined && { host }),
    ...(docker !== undefined && next !== undefined && { next_restart: next }),
  };
}

/**
 * The snap brings iptables of its own: up to base core20 legacy, with core22 nft. With core24 it was nft until December 2025, and has since
 * been the host's at every call (canonical/docker-snap, pull request 329); which of the two this one is cannot be seen.
 */
function snapBackend(snapshot: Snapshot, host: Backend | undefined): Backend | undefined {
  if (engineOf(snapshot)?.packaging !== 'snap') return host;
  const base = Number(/base core(\d+)/.exec(snapshot.packaging.versions['snap:docker'] ?? '')?.[1]);
  if (base < 22) return 'legacy';
  if (base < 24) return 'nft_compat';
  return host === 'nft_compat' ? host : undefined;
}

function defaultBackend({ iptablesVersion = '', iptablesPath = '' }: Packaging): Backend | undefined {
  if (/\(nf_tables\)/.test(iptablesVersion) || /nft-multi$/.test(iptablesPath)) return 'nft_compat';
  // Before 1.8 there was no other, and nothing was said of it.
  if (/\(legacy\)|^iptables v1\.[0-7]\./.test(iptablesVersion) || /legacy-multi$/.test(iptablesPath)) return 'legacy';
  return undefined;
}

function dockerBackend({ docker, rules }: Snapshot): Backend | undefined {
  const driver = (docker?.info.FirewallBackend as { Driver?: unknown } | undefined)?.Driver;
  if (typeof driver === 'string' && driver.startsWith('nftables')) return 'nft_native';
  const count = (text = '') => (text.match(/^(\[\d+:\d+\] )?-A .*\bDOCKER/gm) ?? []).length;
  const legacy = count(rules.legacy4) + count(rules.legacy6);
  const nft = count(rules.nft4) + count(rules.nft6);
  if (legacy === 0 && nft === 0) return undefined;
  return legacy > nft ? 'legacy' : 'nft_compat';
}
