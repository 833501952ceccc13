import type { DayShares } from '../draw/bars.ts';
import type { LineDrawing } from '../draw/line.ts';
import type { SignalState } from '../draw/palette.ts';
import type { StatusDocument } from '../model/page.ts';

/** An instant as words, and as the machine reads it (ISO 8601, UTC). */
export interface TimeWords {
  readonly iso: string;
  readonly words: string;
}

/** Everything the index says, in the words in which it says it; what is left is to lay it out. Holds public monitors only. */
export interface IndexData {
  readonly title: string;
  readonly stamp: Stamp;
  readonly state: SignalState;
  readonly sentence: string;
  readonly groups: readonly GroupData[];
  readonly status: StatusDocument;
}

/** When a page was made, until when it is true, and how often a reader's browser should fetch it again (seconds). */
export interface Stamp {
  readonly made: TimeWords;
  readonly until: TimeWords;
  readonly date: string;
  readonly refreshSeconds: number;
}

export interface GroupData {
  /** Its place on the page, from 1: for the anchors that tie a list to its heading. */
  readonly number: number;
  readonly title: string;
  readonly lines: readonly LineData[];
}

/** One monitor on the index. */
export interface LineData {
  readonly slug: string;
  readonly title: string;
  readonly state: SignalState;
  /** The state as a word, for who cannot see the arm: `Down`. */
  readonly stateWord: string;
  readonly reason: string;
  readonly uptime: string;
  readonly seen: string;
  /** `57 of 115 checks failed`, where that is a share worth telling. */
  readonly failed: string;
  readonly days: readonly DayShares[];
  readonly daysInWords: string;
}

/** A monitor's place in the site; without `page` the one that was made before stays. */
export interface MonitorPage {
  readonly slug: string;
  readonly page?: MonitorData;
}

/** One monitor's own page. */
export interface MonitorData {
  readonly siteTitle: string;
  readonly stamp: Stamp;
  readonly line: LineData;
  readonly sentence: string;
  /** Since when it stands so; undefined while nothing is known. */
  readonly since?: TimeWords & { readonly span: string };
  readonly reason: string;
  readonly windows: readonly WindowData[];
  /** How many checks failed in each of these; empty when none was counted. */
  readonly failed: string;
  readonly latency: LatencyData;
  readonly firstDay: TimeWords;
  readonly middleDay: TimeWords;
  readonly lastDay: TimeWords;
  readonly badDays: readonly BadDay[];
  readonly changes: readonly ChangeData[];
  readonly howChecked: string;
}

/** How a span of time went: `24 hours`, `7 days`, `90 days`. */
export interface WindowData {
  readonly span: string;
  readonly uptime: string;
  readonly seen: string;
  readonly half: string;
  readonly most: string;
}

export interface LatencyData {
  /** What is measured: `Latency`, or `Run time` of a job. */
  readonly title: string;
  readonly words: string;
  readonly drawing?: LineDrawing;
  /** From the top of the scale to its foot. */
  readonly scale: readonly string[];
  readonly times: readonly TimeWords[];
}

export interface BadDay {
  readonly day: TimeWords;
  readonly words: string;
}

export interface ChangeData {
  readonly at: TimeWords;
  readonly state: SignalState;
  /** What it was before, and what it became. */
  readonly from: string;
  readonly words: string;
  /** How long it stayed so. */
  readonly span: string;
  readonly reason: string;
}
