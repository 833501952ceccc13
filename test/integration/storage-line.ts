import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../collector/clock.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../collector/spool/spool.ts';
import { createClient, type VictoriaMetrics } from '../../collector/victoriametrics/client.ts';
import { createQuery } from '../../collector/victoriametrics/query.ts';
import { type Shipper, startShipper } from '../../collector/victoriametrics/shipper.ts';
import type { RemoteStorage } from '../../model/config.ts';
import type { Query } from '../../model/query.ts';
import type { Clock } from '../../model/time.ts';

/** A spool, a client and a shipper in a temporary folder, and all they said. */
export interface StorageLine extends AsyncDisposable {
  readonly folder: string;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly client: VictoriaMetrics;
  readonly query: Query;
  readonly shipper: Shipper;
  readonly said: string[];
  /** The value of one of the line's own metrics. */
  metric(name: string, labels?: Readonly<Record<string, string>>): number;
}

export interface LineOptions extends Partial<SpoolOptions> {
  readonly storedAfterMs?: number;
  /** The spool's folder; a temporary one, removed in the end, when not given. */
  readonly folder?: string;
}

export async function storageLine(storage: RemoteStorage, options: LineOptions = {}): Promise<StorageLine> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'signalbox-spool-')));
  const clock = options.clock ?? createClock();
  const said: string[] = [];
  const onTrouble = (message: string) => void said.push(message);
  const spool = await openSpool(folder, { maxBytes: 1e9, maxAgeMs: 1e9, ...options, clock, onTrouble });
  const client = createClient({ storage: () => storage });
  const { storedAfterMs = 60_000 } = options;
  const shipper = startShipper({ spool, client, clock, onTrouble, storedAfterMs });
  return {
    folder,
    clock,
    spool,
    client,
    query: createQuery({ client, clock }),
    shipper,
    said,
    metric(name, labels = {}) {
      for (const one of [...spool.samples(), ...shipper.samples()])
        if (one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value))
          return one.value;
      return 0;
    },
    async [Symbol.asyncDispose]() {
      await shipper.stop();
      await client.close();
      await spool.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

export const identity = { job: 'probe', instance: 'web', vantage: 'local' };

/** `count` samples of one series, a millisecond apart, the last at `at`. */
export function batch(name: string, count: number, at: number, labels: Readonly<Record<string, string>> = {}) {
  return Array.from({ length: count }, (_, index) => ({ name, labels, value: index, at: at - index }));
}
