import { messageOf } from '../../model/errors.ts';
import { pause } from '../../model/pause.ts';
import type { Clock } from '../../model/time.ts';
import type { Frame, FrameKind } from '../spool/frame.ts';
import type { Segment } from '../spool/segment.ts';
import type { Spool } from '../spool/spool.ts';
import type { Link } from './link.ts';
import type { LiveLane } from './live-lane.ts';
import { markReceived } from './receipt.ts';
import type { Sift } from './sift.ts';

/** Sends what lies on disk, oldest first, one bounded portion at a time, and never before live data. */
export interface BacklogLane {
  run(signal: AbortSignal): Promise<void>;
  sent(): number;
}

export interface BacklogOptions {
  readonly spool: Spool;
  readonly link: Link;
  readonly live: LiveLane;
  readonly sift: Sift;
  readonly clock: Clock;
  readonly say: (message: string) => void;
}

/** On disk, that is compressed: some 12,000 samples or 1.5 MB of text. */
const PORTION_BYTES = 128 << 10;
const LOOK_EVERY_MS = 500;
/** As long as it took, it rests: VictoriaMetrics would else take every processor from the probes that share its machine. */
const LONGEST_REST_MS = 250;

export function createBacklogLane({ spool, link, live, sift, clock, say }: BacklogOptions): BacklogLane {
  let sent = 0;
  let restMs = 0;

  function nextStretch(): { segment: Segment; from: number; to: number } | undefined {
    for (const segment of spool.shelf.segments) {
      const stretch = segment.unsent.firstOutside(segment.claimed);
      if (stretch !== undefined) return { segment, ...stretch };
    }
    return undefined;
  }

  async function sendStretch(segment: Segment, from: number, to: number, signal: AbortSignal): Promise<void> {
    const portion = await spool.shelf.read(segment, from, to, PORTION_BYTES);
    if (portion.rottenBytes > 0) {
      spool.countRotten(portion.rottenBytes);
      say(
        `${segment.path}: ${portion.rottenBytes} bytes between ${from} and ${portion.to} fail their checksum and are skipped`,
      );
    }
    if (portion.frames.length === 0) {
      segment.unsent.remove(from, portion.to);
      return;
    }
    await live.idle();
    const sendingAt = clock.monotonic();
    const run = link.generation();
    const sentAll = await sendFrames(portion.frames, signal);
    restMs = Math.min(LONGEST_REST_MS, clock.monotonic() - sendingAt);
    // A run that began meanwhile has at most the last of them.
    if (sentAll && link.generation() === run)
      markReceived(segment, from, portion.to, link.generation(), clock.monotonic());
  }

  async function sendFrames(frames: readonly Frame[], signal: AbortSignal): Promise<boolean> {
    for (const [kind, ofKind] of Map.groupBy(frames, (frame) => frame.kind))
      if (!(await sendKind(kind, ofKind, signal))) return false;
    return true;
  }

  /** Whether VictoriaMetrics has all of them that it takes. */
  async function sendKind(kind: FrameKind, frames: readonly Frame[], signal: AbortSignal): Promise<boolean> {
    const members = frames.map(({ payload }) => payload);
    const { outcome, settled } = await link.send('backlog', kind, members, signal);
    if (outcome.kind === 'refused' && !(await sift(kind, members, outcome, signal))) return false;
    if (outcome.kind === 'later' || !settled) return false;
    if (outcome.kind === 'received') for (const { count } of frames) sent += count;
    return true;
  }

  /** A file that can't be read must not hold up those behind it. */
  function skipUnreadable(segment: Segment, from: number, to: number, error: unknown): void {
    if (segment.gone) return;
    const end = Math.min(to, from + PORTION_BYTES);
    spool.countRotten(end - from);
    segment.unsent.remove(from, end);
    say(`${segment.path} can't be read from ${from} to ${end}: ${messageOf(error)}; skipped`);
  }

  return {
    sent: () => sent,
    async run(signal) {
      while (!signal.aborted) {
        const stretch = nextStretch();
        if (stretch === undefined) {
          await pause(clock, LOOK_EVERY_MS, signal);
          continue;
        }
        await link.ready(signal);
        const { segment, from, to } = stretch;
        try {
          await sendStretch(segment, from, to, signal);
          await pause(clock, restMs, signal);
        } catch (error) {
          signal.throwIfAborted();
          skipUnreadable(segment, from, to, error);
        }
      }
    },
  };
}
