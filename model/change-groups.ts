import { CHANGE_KINDS, type Change, type ChangeKind } from './change.ts';
import { type Instant, MINUTE } from './time.ts';

/** Changes that one act brought about, as a run of apt; most often a single one. */
export interface ChangeGroup {
  readonly kind: ChangeKind;
  /** When the first and the last of them were made. */
  readonly from: Instant;
  readonly to: Instant;
  /** The most telling first. */
  readonly changes: readonly Change[];
}

/** What belongs together: so near each other in time, and at least so many. */
const TOGETHER: Partial<Record<ChangeKind, { readonly gapMs: number; readonly least: number }>> = {
  package: { gapMs: 10 * MINUTE, least: 2 },
  unit: { gapMs: MINUTE, least: 4 },
  image: { gapMs: MINUTE, least: 4 },
  container: { gapMs: MINUTE, least: 4 },
};

/** Packages whose change has broken most: what carries packets, containers, names, names' certificates, and all others. */
const LOAD_BEARING =
  /^(docker|containerd|runc|moby|podman|snapd|iptables|nftables|ufw|firewalld|linux-image|linux-headers|systemd|libc6|openssl|libssl|openssh-server|nginx|apache2|haproxy|caddy|bind9|unbound|dnsmasq|network-manager|netplan|ifupdown|wireguard|postgresql|mariadb|mysql|redis|php|nodejs|python3$|nfs-|samba|zfs|nvidia|grub)/;

interface Open {
  readonly key: string;
  readonly changes: Change[];
}

/** Gathers what belongs together. Takes changes newest first and gives groups newest first. */
export function groupChanges(changes: readonly Change[]): ChangeGroup[] {
  const open = new Map<string, Open>();
  const all: Open[] = [];
  for (const change of changes) {
    const rule = TOGETHER[change.kind];
    const key = rule === undefined ? '' : `${change.kind}\n${change.machine}\n${runOf(change)}`;
    const found = open.get(key);
    const last = found?.changes.at(-1);
    if (rule !== undefined && last !== undefined && last.at - change.at <= rule.gapMs) found?.changes.push(change);
    else {
      const begun = { key, changes: [change] };
      open.set(key, begun);
      all.push(begun);
    }
  }
  return all
    .flatMap(({ changes: some }) => {
      const [first] = some;
      if (first === undefined) return [];
      return some.length < (TOGETHER[first.kind]?.least ?? 1) ? some.map((one) => [one]) : [some];
    })
    .map(groupOf)
    .sort((a, b) => b.to - a.to);
}

/** How telling a change is for whoever asks why something broke; more is more. */
export function weightOf({ kind, what, from, to, detail = '' }: Change): number {
  const rank = CHANGE_KINDS.length - CHANGE_KINDS.indexOf(kind);
  if (kind === 'package') return LOAD_BEARING.test(what) ? rank + CHANGE_KINDS.length : rank;
  // A container that stops and starts, crashing, says what broke and not why.
  if (kind === 'container' && [from, to].some((one) => one === 'running')) return 0;
  if (kind === 'unit' && detail.startsWith('/etc/')) return rank + CHANGE_KINDS.length;
  return kind === 'image' || kind === 'container' || kind === 'unit' ? rank : rank + CHANGE_KINDS.length;
}

/** The run that a package's change belongs to, as its detail's first line says; else nothing. */
export function runOf({ kind, detail = '' }: Change): string {
  return kind === 'package' ? (detail.split('\n', 1)[0] ?? '') : '';
}

/** Whether the run that a package's change belongs to went wrong. */
export function hasFailed({ kind, detail = '' }: Change): boolean {
  return kind === 'package' && /^it failed: /m.test(detail);
}

/** The `limit` most telling groups, newest first. */
export function mostTelling(groups: readonly ChangeGroup[], limit: number): ChangeGroup[] {
  const weight = (group: ChangeGroup): number => Math.max(...group.changes.map(weightOf));
  return groups
    .map((group) => ({ group, weight: weight(group) }))
    .sort((a, b) => b.weight - a.weight || b.group.to - a.group.to)
    .slice(0, limit)
    .map(({ group }) => group)
    .sort((a, b) => b.to - a.to);
}

/** Of changes newest first. */
function groupOf(changes: readonly Change[]): ChangeGroup {
  const [newest] = changes;
  const oldest = changes.at(-1);
  if (newest === undefined || oldest === undefined) throw new RangeError('a group of nothing');
  return {
    kind: newest.kind,
    from: oldest.at,
    to: newest.at,
    changes: changes.toSorted((a, b) => weightOf(b) - weightOf(a) || Number(isAsked(b)) - Number(isAsked(a))),
  };
}

/** Whether the command itself names the package, which others only came along with. */
function isAsked(change: Change): boolean {
  return runOf(change).split(' ').includes(change.what);
}
