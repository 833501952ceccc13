import type { PartName } from './part-names.ts';

/** The settings of the host exporter. */
export interface HostSettings {
  /** Where the machine's /proc, /sys and / are seen from here. */
  readonly proc: string;
  readonly sys: string;
  readonly root: string;
  /** The parts that are left out. */
  readonly without: readonly PartName[];
  /** Block and network devices that are left out, by their whole name. */
  readonly ignore: { readonly disks?: string; readonly networks?: string; readonly power_supplies?: string };
}

/** node_exporter's own default: partitions, loop devices, floppies, RAM disks. */
export const IGNORED_DISKS = '^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$';
