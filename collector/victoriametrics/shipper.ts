import { join } from 'node:path';
import { sample } from '../../model/metric.ts';
import { storage } from '../../model/metrics/storage.ts';
import type { Sample } from '../../model/sample.ts';
import type { Clock } from '../../model/time.ts';
import { setAside } from '../spool/refused.ts';
import type { Spool } from '../spool/spool.ts';
import { watchTroubles } from '../spool/troubles.ts';
import { createBacklogLane } from './backlog-lane.ts';
import type { VictoriaMetrics } from './client.ts';
import { createLink } from './link.ts';
import { createLiveLane } from './live-lane.ts';
import { forgetReceipt } from './receipt.ts';
import { retireSegments } from './retire.ts';
import { createSift, type RefusedLine } from './sift.ts';

export interface ShipperOptions {
  readonly spool: Spool;
  readonly client: VictoriaMetrics;
  readonly clock: Clock;
  /** Told in one sentence what is wrong, once, and when it is over. */
  readonly onTrouble: (message: string) => void;
  /** How long after its last confirmation a segment is kept; 60 s when not given. */
  readonly storedAfterMs?: number;
}

/** Brings the spool to VictoriaMetrics: live data first, the backlog beside it, until all is surely stored. */
export interface Shipper {
  /** What it says of itself. */
  samples(): Sample[];
  /** What keeps it from bringing all of it, in words. */
  problems(): readonly string[];
  /** Ends what is under way; what was not confirmed is sent after the next start. */
  stop(): Promise<void>;
}

export function startShipper({ spool, client, clock, onTrouble, storedAfterMs = 60_000 }: ShipperOptions): Shipper {
  const ended = new AbortController();
  let resent = 0;
  const troubles = watchTroubles(onTrouble);
  const link = createLink({
    client,
    clock,
    troubles,
    say: onTrouble,
    onRestart(generation) {
      const again = spool.shelf.segments.filter((segment) => forgetReceipt(segment, generation)).length;
      resent += again;
      if (again > 0)
        onTrouble(
          `VictoriaMetrics has restarted: the last ${again} segments are sent again, as it may not have stored them`,
        );
    },
  });

  async function putAside(refused: readonly RefusedLine[]): Promise<void> {
    const [first] = refused;
    if (first === undefined) return;
    const place = await setAside(join(spool.folder, 'refused'), refused, clock.now()).then(
      (path) => `set aside in ${path}`,
      (error: Error) => `which could not be set aside (${error.message})`,
    );
    spool.countDropped('refused', refused.length);
    onTrouble(
      `VictoriaMetrics refused ${refused.length} samples, ${place}; the first: ${first.line.slice(0, 200)}: ${first.words}`,
    );
  }

  function giveUpMarkers(count: number, words: string): void {
    spool.countDropped('refused', count);
    troubles.begin(
      'remote write',
      `VictoriaMetrics takes text but no remote write (${words}): series that end stand for five minutes more`,
    );
  }

  const live = createLiveLane(link, clock);
  const sift = createSift({ client, link, clock, setAside: putAside, giveUpMarkers });
  const backlog = createBacklogLane({ spool, link, live, sift, clock, say: onTrouble });
  const stopListening = spool.onCommit((frame) => live.take(frame));
  const running = [
    live.run(ended.signal),
    backlog.run(ended.signal),
    retireSegments({ spool, link, clock, storedAfterMs }, ended.signal),
  ];
  for (const one of running)
    one.catch((error) => {
      if (!ended.signal.aborted) onTrouble(`the shipper has a fault and stands still: ${error?.stack ?? error}`);
    });

  return {
    samples: () => [
      sample(storage.up, link.isUp() ? 1 : 0),
      sample(storage.sent, live.sent(), { lane: 'live' }),
      sample(storage.sent, backlog.sent(), { lane: 'backlog' }),
      sample(storage.resent, resent),
      sample(storage.liveAge, live.ageMs() / 1000),
    ],
    problems: () => [link.problem(), troubles.said('remote write')].filter((one) => one !== undefined),
    async stop() {
      stopListening();
      ended.abort();
      await Promise.allSettled(running);
    },
  };
}
