import type { Instant } from './time.ts';

/** What sort of thing was altered. */
export type ChangeKind =
  | 'package'
  | 'snap'
  | 'image'
  | 'container'
  | 'engine'
  | 'kernel'
  | 'boot'
  | 'firewall'
  | 'unit'
  | 'config'
  | 'version';

/** Something that was altered, and when. Two records that are alike in all but `detail` are one change seen twice. */
export interface Change {
  readonly at: Instant;
  readonly kind: ChangeKind;
  /** The thing itself: `docker.io`, `nginx.service`, `web`, `iptables`. One line, at most 200 characters. */
  readonly what: string;
  /** What it was, where that is known: a version, an image, a hash. Absent for something new. */
  readonly from?: string;
  /** What it is now. Absent for something that is gone. */
  readonly to?: string;
  /** More for whoever looks closer, as a line diff or who did it; at most 10 kB. */
  readonly detail?: string;
}
