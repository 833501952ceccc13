import type { Mount } from './mountinfo.ts';

/** File systems of this machine's own disks and memory. They may hang too, but they hardly ever do. */
const LOCAL = new Set(
  (
    'bcachefs btrfs efivarfs erofs exfat ext2 ext3 ext4 f2fs hfsplus iso9660 jfs msdos nilfs2 ntfs3 overlay ramfs reiserfs ' +
    'rootfs squashfs tmpfs udf vfat xfs zfs'
  ).split(' '),
);
/** Paths are at most 4 KiB long; the arguments of a program may be 2 MiB. */
const LARGEST = 64;

/**
 * In which order and how many at a time mounts are asked: those of this machine first and together, each other alone, so that no
 * process that waited for one goes on to wait for a second.
 */
export function batchesOf(mounts: readonly Mount[]): Mount[][] {
  const local = mounts.filter(({ fstype }) => LOCAL.has(fstype));
  const batches: Mount[][] = [];
  for (let from = 0; from < local.length; from += LARGEST) batches.push(local.slice(from, from + LARGEST));
  for (const mount of mounts) if (!LOCAL.has(mount.fstype)) batches.push([mount]);
  return batches;
}
