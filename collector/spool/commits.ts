import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { messageOf } from '../../model/errors.ts';
import { SinkRefused } from '../../model/sample.ts';
import type { Clock } from '../../model/time.ts';
import type { Bound } from './bound.ts';
import type { Lines } from './door.ts';
import type { Frame, FrameKind } from './frame.ts';
import type { Committed, Journal } from './journal.ts';
import type { Troubles } from './troubles.ts';

/** Group commit: what arrives together becomes durable together. */
export interface Commits {
  offer(lines: readonly Lines[]): void;
  keep(lines: readonly Lines[]): Promise<void>;
  seal(): Promise<void>;
  taken(): number;
  commits(): number;
  close(): Promise<void>;
}

export interface CommitsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly bound: Bound;
  readonly troubles: Troubles;
  readonly countDropped: (reason: string, samples: number) => void;
  readonly onCommitted: (frames: readonly Committed[]) => void;
}

interface Waiting {
  readonly lines: readonly Lines[];
  readonly count: number;
  readonly bytes: number;
  /** Absent for offered samples: nobody waits for them. */
  readonly settle?: { resolve(): void; reject(error: Error): void };
}

/** A pusher waits at most this long for the next fsync to begin; own samples may wait longer, to spare SD cards. */
const KEEP_EVERY_MS = 50;
const OFFER_EVERY_MS = 500;
const AFTER_FAILURE_MS = 1_000;
const FRAME_BYTES = 256 * 1024;
const MAX_WAITING_BYTES = 16 << 20;
const deflate = promisify(gzip);

export function openCommits(options: CommitsOptions): Commits {
  const { clock, journal, bound, troubles, countDropped, onCommitted } = options;
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let taken = 0;
  let commits = 0;
  let someoneWaits = false;
  let begunAt = Number.NEGATIVE_INFINITY;
  let restUntil = Number.NEGATIVE_INFINITY;
  let wakeAt = Number.POSITIVE_INFINITY;
  let callOff = () => {};
  let running: Promise<void> | undefined;
  let closed = false;

  function put(lines: readonly Lines[], settle?: Waiting['settle']): void {
    const bytes = lines.reduce((sum, one) => sum + one.bytes.length, 0);
    const count = lines.reduce((sum, one) => sum + one.count, 0);
    waiting.push({ lines, count, bytes, ...(settle && { settle }) });
    waitingBytes += bytes;
    someoneWaits ||= settle !== undefined;
    wake(dueAt());
  }

  /** A whole frame's worth does not wait, or the pace of the fsyncs would bound the rate. */
  function dueAt(): number {
    const every = waitingBytes >= FRAME_BYTES ? 0 : someoneWaits ? KEEP_EVERY_MS : OFFER_EVERY_MS;
    return Math.max(restUntil, begunAt + every);
  }

  function wake(at: number): void {
    if (running !== undefined || at >= wakeAt) return;
    callOff();
    wakeAt = at;
    callOff = clock.after(Math.max(0, at - clock.monotonic()), () => {
      running = commit().finally(() => {
        running = undefined;
        if (waiting.length > 0) wake(dueAt());
      });
    });
  }

  async function commit(): Promise<void> {
    callOff();
    wakeAt = Number.POSITIVE_INFINITY;
    begunAt = clock.monotonic();
    const group = waiting;
    waiting = [];
    waitingBytes = 0;
    someoneWaits = false;
    if (group.length === 0) return;
    let committed: Committed[];
    try {
      committed = await journal.append(await framesOf(group));
    } catch (error) {
      failed(group, error);
      return;
    }
    commits++;
    for (const one of group) taken += one.count;
    troubles.end('disk', 'the spool can be written again');
    for (const one of group) one.settle?.resolve();
    onCommitted(committed);
    await bound.enforce();
  }

  function failed(group: readonly Waiting[], cause: unknown): void {
    const words = messageOf(cause);
    troubles.begin('disk', `the spool can't be written (${words}): pushes are refused, own samples wait in memory`);
    restUntil = clock.monotonic() + AFTER_FAILURE_MS;
    const offered = group.filter((one) => one.settle === undefined);
    waiting = [...offered, ...waiting];
    for (const one of offered) waitingBytes += one.bytes;
    for (const one of group) one.settle?.reject(new SinkRefused(`the spool can't be written: ${words}`, { cause }));
  }

  return {
    taken: () => taken,
    commits: () => commits,
    seal: () => journal.seal(),
    offer(lines) {
      if (lines.length === 0) return;
      if (closed || waitingBytes > MAX_WAITING_BYTES)
        countDropped(
          'memory',
          lines.reduce((sum, one) => sum + one.count, 0),
        );
      else put(lines);
    },
    keep(lines) {
      if (closed) return Promise.reject(new SinkRefused('the spool is closed'));
      if (waitingBytes > MAX_WAITING_BYTES) return Promise.reject(new SinkRefused('the disk does not keep up'));
      if (lines.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => put(lines, { resolve, reject }));
    },
    async close() {
      closed = true;
      callOff();
      await running;
      await commit();
      callOff();
      for (const one of waiting) countDropped('memory', one.count);
      await journal.seal();
    },
  };
}

/** Frames of about 256 kB of text each, compressed off the loop. */
async function framesOf(group: readonly Waiting[]): Promise<Frame[]> {
  const texts: { kind: FrameKind; parts: Buffer[]; bytes: number; count: number }[] = [];
  for (const lines of group.flatMap((one) => one.lines)) {
    let last = texts.findLast(({ kind }) => kind === lines.kind);
    if (last === undefined || last.bytes >= FRAME_BYTES) {
      last = { kind: lines.kind, parts: [], bytes: 0, count: 0 };
      texts.push(last);
    }
    last.parts.push(lines.bytes);
    last.bytes += lines.bytes.length;
    last.count += lines.count;
  }
  const frames: Frame[] = [];
  // Two at a time: of libuv's four threads the others are for file systems and names.
  for (let index = 0; index < texts.length; index += 2)
    frames.push(
      ...(await Promise.all(
        texts.slice(index, index + 2).map(async ({ kind, parts, count }) => ({
          kind,
          payload: await deflate(Buffer.concat(parts), { level: 1 }),
          count,
        })),
      )),
    );
  return frames;
}
