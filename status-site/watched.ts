import type { SiteMonitor } from '../model/page.ts';
import type { CheckCount } from '../model/timeline.ts';
import type { LineData } from './page-data.ts';
import type { StandingNow } from './standing-now.ts';

/** A public monitor with what both of its places, its line and its page, say of it. */
export interface Watched {
  readonly monitor: SiteMonitor;
  readonly title: string;
  readonly now: StandingNow;
  readonly line: LineData;
  readonly uptime: number | undefined;
  readonly coverage: number;
  readonly count: CheckCount;
}
