import type { Clock } from '../../model/time.ts';
import type { Committed } from '../spool/journal.ts';
import type { Link } from './link.ts';
import { markReceived } from './receipt.ts';

/** Sends what was just committed, from memory, before anything older. */
export interface LiveLane {
  /** Takes a frame to send; the oldest go to the backlog when there are too many. */
  take(frame: Committed): void;
  /** Resolves when no request of this lane is under way. */
  idle(): Promise<void>;
  run(signal: AbortSignal): Promise<void>;
  sent(): number;
  /** How old the newest samples were when last confirmed, in milliseconds. */
  ageMs(): number;
}

const MAX_QUEUE_BYTES = 1 << 20;
const MAX_BODY_BYTES = 256 << 10;

export function createLiveLane(link: Link, clock: Clock): LiveLane {
  let queue: { frame: Committed; at: number }[] = [];
  let bytes = 0;
  let sent = 0;
  let ageMs = 0;
  let wake = () => {};
  let sending: Promise<unknown> = Promise.resolve();

  function release(frame: Committed): void {
    frame.segment.claimed.remove(frame.from, frame.to);
  }

  function shed(): void {
    while (bytes > MAX_QUEUE_BYTES && queue.length > 1) {
      const oldest = queue.shift();
      if (oldest === undefined) return;
      bytes -= oldest.frame.payload.length;
      release(oldest.frame);
    }
  }

  /** The oldest frame, and with it others of its kind: instants say what comes first, not the order of sending. */
  function next(): typeof queue {
    const kind = queue[0]?.frame.kind;
    const taken: typeof queue = [];
    const rest: typeof queue = [];
    let size = 0;
    for (const one of queue) {
      const { length } = one.frame.payload;
      const fits = one.frame.kind === kind && (taken.length === 0 || size + length <= MAX_BODY_BYTES);
      if (fits) size += length;
      (fits ? taken : rest).push(one);
    }
    bytes -= size;
    queue = rest;
    return taken;
  }

  async function sendSome(signal: AbortSignal): Promise<void> {
    const batch = next();
    const { outcome, settled } = await link.send(
      'live',
      batch[0]?.frame.kind ?? 'values',
      batch.map(({ frame }) => frame.payload),
      signal,
    );
    if (outcome.kind === 'later') {
      queue = [...batch, ...queue];
      for (const { frame } of batch) bytes += frame.payload.length;
      shed();
      return;
    }
    for (const { frame, at } of batch) {
      release(frame);
      if (outcome.kind !== 'received' || !settled) continue;
      markReceived(frame.segment, frame.from, frame.to, link.generation(), clock.monotonic());
      sent += frame.count;
      ageMs = clock.monotonic() - at;
    }
  }

  return {
    sent: () => sent,
    ageMs: () => ageMs,
    idle: async () => void (await sending.catch(() => {})),
    take(frame) {
      frame.segment.claimed.add(frame.from, frame.to);
      queue.push({ frame, at: clock.monotonic() });
      bytes += frame.payload.length;
      shed();
      wake();
    },
    async run(signal) {
      signal.addEventListener('abort', () => wake(), { once: true });
      while (!signal.aborted) {
        if (queue.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        await link.ready(signal);
        sending = sendSome(signal);
        await sending;
      }
    },
  };
}
