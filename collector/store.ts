import { join } from 'node:path';
import type { Storage } from '../model/config.ts';
import { messageOf } from '../model/errors.ts';
import type { Part, PartContext, SampleGroup } from '../model/part.ts';
import type { Query } from '../model/query.ts';
import { type Clock, MINUTE } from '../model/time.ts';
import type { SpoolBounds } from './spool/section.ts';
import { openSpool, type Spool } from './spool/spool.ts';
import { createClient, type VictoriaMetrics } from './victoriametrics/client.ts';
import { type Embedded, startEmbedded } from './victoriametrics/embedded.ts';
import { createQuery } from './victoriametrics/query.ts';
import { startShipper } from './victoriametrics/shipper.ts';

/** The upper stream: the spool, VictoriaMetrics where it is ours to run, and what carries one to the other. */
export interface Store extends Part {
  readonly spool: Spool;
  readonly client: VictoriaMetrics;
  /** What is stored, to be asked by rules and pages. */
  readonly query: Query;
  /** What the spool and the shipper say of themselves. */
  samples(): SampleGroup[];
  /** Writes what is buffered and ends; what VictoriaMetrics does not have yet waits on disk. */
  stop(): Promise<void>;
}

interface StoreConfig {
  readonly storage: Storage;
  readonly spool: SpoolBounds;
}

export type StoreOptions = Pick<PartContext<StoreConfig>, 'stateFolder' | 'config' | 'clock' | 'log'>;

/** How long until the search for VictoriaMetrics begins again where there was none: somebody may have installed it. */
const SEARCH_AGAIN_MS = 10 * MINUTE;

/** Opens the spool; does not wait for VictoriaMetrics, which may take its time or never come. */
export async function openStore({ stateFolder, config, clock, log }: StoreOptions): Promise<Store> {
  const { storage } = config;
  const spool = await openSpool(join(stateFolder, 'spool'), { clock, ...config.spool, onTrouble: log });
  const embedded = storage === 'embedded' ? runEmbedded(stateFolder, clock, log) : undefined;
  const client = createClient({ storage: () => (storage === 'embedded' ? embedded?.server() : storage) });
  const shipper = startShipper({ spool, client, clock, onTrouble: log });
  return {
    spool,
    client,
    query: createQuery({ client, clock }),
    problems: () => [...shipper.problems(), ...spool.problems()],
    samples: () => [{ samples: [...spool.samples(), ...shipper.samples()] }],
    async stop() {
      await spool.close();
      await shipper.stop();
      await client.close();
      await embedded?.stop();
    },
  };
}

/** Starts our own VictoriaMetrics beside us, and looks for it again now and then while there is none. */
function runEmbedded(folder: string, clock: Clock, log: (message: string) => void) {
  const ended = new AbortController();
  let running: Embedded | undefined;
  let cancel = () => {};

  async function start(): Promise<void> {
    try {
      running = await startEmbedded({
        dataFolder: join(folder, 'victoria-metrics'),
        cacheFolder: join(folder, 'programs'),
        clock,
        onTrouble: log,
        signal: ended.signal,
      });
      log(`VictoriaMetrics is at ${running.url}, process ${running.pid}`);
    } catch (error) {
      if (ended.signal.aborted) return;
      log(messageOf(error));
      cancel = clock.after(SEARCH_AGAIN_MS, () => {
        starting = start();
      });
    }
  }

  let starting = start();
  return {
    server: () => running?.server(),
    async stop() {
      cancel();
      ended.abort();
      await starting;
      await running?.stop();
    },
  };
}
