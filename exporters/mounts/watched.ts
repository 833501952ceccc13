import type { Mount } from './mountinfo.ts';
import { reachableMounts } from './reachable.ts';
import type { MountsSettings } from './settings.ts';

/** node_exporter's defaults: what the kernel and containers mount for themselves. */
const INNER =
  /^\/(?:dev|proc|run\/credentials\/.+|sys|var\/lib\/docker\/.+|var\/lib\/containers\/storage\/.+)(?:$|\/)/s;
const INNER_TYPES = new Set(
  (
    'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs fusectl hugetlbfs iso9660 mqueue nsfs overlay ' +
    'proc procfs pstore rpc_pipefs securityfs selinuxfs squashfs erofs sysfs tracefs'
  ).split(' '),
);

/** What is to be looked at, of all that is mounted. */
export interface Watched {
  readonly mounts: readonly Mount[];
  /** Mount points where something should be mounted and is not, and why we say so. */
  readonly absent: ReadonlyMap<string, 'not mounted' | 'hidden by another mount'>;
}

/** Chooses what to look at. What is expected is never left out, but for an automount that rests: asking would wake it. */
export function chooseWatched(all: readonly Mount[], settings: MountsSettings): Watched {
  const expected = new Set([...settings.expect, ...settings.writable]);
  const skipped = new Set(settings.skipTypes);
  const reachable = reachableMounts(all);
  const isSkipped = ({ point, fstype }: Mount) =>
    skipped.has(fstype) || INNER_TYPES.has(fstype) || INNER.test(point) || settings.skip.some(isAbove(point));
  const mounts = reachable.filter((one) => (expected.has(one.point) ? one.fstype !== 'autofs' : !isSkipped(one)));
  const there = new Set(reachable.map(({ point }) => point));
  const anywhere = new Set(all.map(({ point }) => point));
  const absent = [...expected].filter((point) => !there.has(point));
  return {
    mounts,
    absent: new Map(absent.map((one) => [one, anywhere.has(one) ? 'hidden by another mount' : 'not mounted'])),
  };
}

function isAbove(point: string): (folder: string) => boolean {
  return (folder) => folder === '/' || point === folder || point.startsWith(`${folder}/`);
}
