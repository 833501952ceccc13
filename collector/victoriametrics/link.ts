import { messageOf } from '../../model/errors.ts';
import { pause } from '../../model/pause.ts';
import type { Clock } from '../../model/time.ts';
import { spanInWords } from '../../model/time.ts';
import { createBackOff } from '../../runtime/back-off.ts';
import type { FrameKind } from '../spool/frame.ts';
import type { Troubles } from '../spool/troubles.ts';
import type { Lane, Outcome, VictoriaMetrics } from './client.ts';

/** What both lanes share: whether VictoriaMetrics takes samples, which run of it this is, and when to try again. */
export interface Link {
  /** The present run's name; undefined until it is known. */
  generation(): string | undefined;
  isUp(): boolean;
  /** Resolves when it is worth sending; rejects when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void>;
  /** Sends, and takes note of the outcome. `settled` is false when VictoriaMetrics restarted meanwhile. */
  send(
    lane: Lane,
    kind: FrameKind,
    members: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ outcome: Outcome; settled: boolean }>;
  /** Notes a failure that only the sender could see, such as an address that refuses everything. */
  fail(outcome: Outcome): void;
  /** Notes that something was received. Only this says that it takes samples: that it answers does not. */
  works(): void;
  /** That it takes no samples, for how long and why, in words; undefined when it does, or has only just begun not to. */
  problem(): string | undefined;
  /** Asks anew which run this is; false when it does not answer. */
  check(signal: AbortSignal): Promise<boolean>;
}

export interface LinkOptions {
  readonly client: VictoriaMetrics;
  readonly clock: Clock;
  readonly troubles: Troubles;
  readonly say: (message: string) => void;
  /** Called when another run of VictoriaMetrics answers than before. */
  readonly onRestart: (generation: string) => void;
}

const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 30_000;
const SAY_DROPS_EVERY_MS = 600_000;

export function createLink({ client, clock, troubles, say, onRestart }: LinkOptions): Link {
  let generation: string | undefined;
  let up = false;
  /** Since the last failure nothing was received. */
  let failing = false;
  let failures = 0;
  const backOff = createBackOff({ firstMs: FIRST_REST_MS, longestMs: LONGEST_REST_MS, random: Math.random });
  let downSince = clock.monotonic();
  let words = '';
  let recovering: Promise<void> | undefined;
  let dropped: ReadonlyMap<string, number> = new Map();
  const droppedSaidAt = new Map<string, number>();

  function noteDrops(now: ReadonlyMap<string, number>, sameRun: boolean): void {
    for (const [reason, count] of now) {
      const risen = count - (sameRun ? (dropped.get(reason) ?? 0) : 0);
      if (risen > 0) sayDrops(reason, risen);
    }
  }

  function sayDrops(reason: string, rows: number): void {
    const at = clock.monotonic();
    if (at - (droppedSaidAt.get(reason) ?? Number.NEGATIVE_INFINITY) < SAY_DROPS_EVERY_MS) return;
    droppedSaidAt.set(reason, at);
    say(
      `VictoriaMetrics dropped ${rows} rows of those it was sent (${reason}), perhaps from another sender; its log says which`,
    );
  }

  async function check(signal: AbortSignal): Promise<boolean> {
    try {
      const { name, droppedRows } = await client.generation(signal);
      const sameRun = name === generation;
      const restarted = generation !== undefined && !sameRun;
      if (generation !== undefined) noteDrops(droppedRows, sameRun);
      dropped = droppedRows;
      generation = name;
      if (restarted) onRestart(name);
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      fail({ kind: 'later', words: messageOf(error), needsPerson: false });
      return false;
    }
  }

  function fail(outcome: Outcome): void {
    if (outcome.kind !== 'later') return;
    if (up && !failing) downSince = clock.monotonic();
    up = false;
    failing = true;
    words = outcome.words;
    if (outcome.needsPerson)
      troubles.begin(
        'storage login',
        `VictoriaMetrics does not take samples: ${outcome.words}; they wait in the spool`,
      );
    else if (failures >= 2)
      troubles.begin('storage', `VictoriaMetrics can't be reached: ${outcome.words}; samples wait in the spool`);
  }

  function works(): void {
    failures = 0;
    backOff.reset();
    failing = false;
    const span = spanInWords(clock.monotonic() - downSince);
    troubles.end('storage login', 'VictoriaMetrics takes samples again');
    troubles.end('storage', `VictoriaMetrics is back after ${span}; the spool drains`);
  }

  async function recover(signal: AbortSignal): Promise<void> {
    while (!up) {
      if (failures > 0) await pause(clock, backOff.next(), signal);
      failures++;
      if (await check(signal)) up = true;
    }
  }

  return {
    generation: () => generation,
    isUp: () => up && !failing,
    check,
    fail,
    works,
    problem() {
      if (troubles.said('storage login') === undefined && troubles.said('storage') === undefined) return undefined;
      return `VictoriaMetrics has taken no samples for ${spanInWords(clock.monotonic() - downSince)}: ${words}`;
    },
    async ready(signal) {
      signal.throwIfAborted();
      if (up) return;
      recovering ??= recover(signal).finally(() => {
        recovering = undefined;
      });
      await recovering;
    },
    async send(lane, kind, members, signal) {
      const before = generation;
      const outcome = await client.write(lane, kind, members, signal);
      if (outcome.kind === 'later') fail(outcome);
      else if (outcome.kind === 'received') works();
      if (kind === 'stale' && outcome.kind === 'received')
        troubles.end('remote write', 'VictoriaMetrics takes remote write again');
      return { outcome, settled: before !== undefined && before === generation };
    },
  };
}
