import type { Pulse } from '../../../model/ledger.ts';
import type { Secret } from '../../../model/secret.ts';

/** The settings of a heartbeat as they stand in the config; spans in milliseconds. Either `every` or `cron` is given. */
export interface HeartbeatSpec {
  readonly every?: number | undefined;
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
  readonly grace: number;
  /** What a report must bring; `none` when anyone who reaches the box may report. Without either nobody may. */
  readonly token?: Secret | 'none' | undefined;
  readonly max_run?: number | undefined;
}

/** The latest pulse of each signal. */
export type Pulses = Partial<Record<Pulse['signal'], Pulse>>;
