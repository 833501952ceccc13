import type { Instant } from './time.ts';

/** Every sort of thing that is altered, the most telling first. */
export const CHANGE_KINDS = [
  'engine',
  'kernel',
  'firewall',
  'snap',
  'version',
  'config',
  'boot',
  'package',
  'image',
  'container',
  'unit',
] as const;

/** What sort of thing was altered. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Something that was altered, and when. Two records that are alike in all but `detail` are one change seen twice. */
export interface Change {
  readonly at: Instant;
  readonly kind: ChangeKind;
  /** The thing itself: `docker.io`, `nginx.service`, `web`, `iptables backend`, `rule set`. One line, at most 200 characters. */
  readonly what: string;
  /** What it was, where that is known: a version, an image, a hash. Absent for something new. */
  readonly from?: string;
  /** What it is now. Absent for something that is gone. */
  readonly to?: string;
  /**
   * More for whoever looks closer, as a line diff; of a package its first line says which run it belongs to, and one that begins with `it failed: `
   * what went wrong with that run. At most 10 kB.
   */
  readonly detail?: string;
  /** The host name of the machine it was altered on. Whoever tells of a change leaves it out: it is set where changes are kept. */
  readonly machine?: string;
}
