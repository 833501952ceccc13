import { dirname } from 'node:path/posix';
import type { Mount } from './mountinfo.ts';

/**
 * The mounts that a path leads to, at most one a mount point. Others are hidden: something was mounted on top of them, or over a
 * folder above them, and asking at their mount point would tell of another file system.
 */
export function reachableMounts(mounts: readonly Mount[]): Mount[] {
  const ids = new Set(mounts.map(({ id }) => id));
  const on = new Map<string, Map<string, Mount>>();
  const begin: Mount[] = [];
  for (const mount of mounts) {
    if (mount.parent === mount.id || !ids.has(mount.parent)) begin.push(mount);
    else {
      const children = on.get(mount.parent) ?? new Map<string, Mount>();
      // A second one at the same place of the same mount lies on top of the first.
      on.set(mount.parent, children.set(mount.bytes, mount));
    }
  }
  const reachable = new Map<string, Mount>();
  for (let next = begin.pop(); next !== undefined; next = begin.pop()) {
    const top = topOf(next, on);
    reachable.set(top.bytes, top);
    const children = on.get(top.id) ?? new Map<string, Mount>();
    for (const child of children.values()) if (!isCovered(child.bytes, top.bytes, children)) begin.push(child);
  }
  return mounts.filter((mount) => reachable.get(mount.bytes) === mount);
}

/** What lies on top of a mount at its very place, or itself. */
function topOf(mount: Mount, on: ReadonlyMap<string, ReadonlyMap<string, Mount>>): Mount {
  let top = mount;
  for (let above = on.get(top.id)?.get(top.bytes); above !== undefined; above = on.get(top.id)?.get(top.bytes))
    top = above;
  return top;
}

/** Whether something else is mounted on a folder between a mount and the one it stands on. */
function isCovered(point: string, base: string, children: ReadonlyMap<string, Mount>): boolean {
  for (let folder = dirname(point); folder.length > base.length; folder = dirname(folder))
    if (children.has(folder)) return true;
  return false;
}
