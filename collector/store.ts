import { join } from 'node:path';
import type { Config } from '../model/config.ts';
import type { Clock } from '../model/time.ts';
import { openSpool, type Spool } from './spool/spool.ts';

/** The upper stream: the spool, and what carries it to VictoriaMetrics. */
export interface Store {
  readonly spool: Spool;
  stop(): Promise<void>;
}

export interface StoreOptions {
  /** The state directory. */
  readonly folder: string;
  readonly storage: Config['storage'];
  readonly bounds: Config['spool'];
  readonly clock: Clock;
  readonly log: (message: string) => void;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, log, bounds } = options;
  const spool = await openSpool(join(options.folder, 'spool'), { clock, ...bounds, onTrouble: log });
  return { spool, stop: () => spool.close() };
}
