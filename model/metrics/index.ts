import type { Metric } from '../metric.ts';
import { connection } from './connection.ts';
import { http } from './http.ts';
import { probe } from './probe.ts';

/** Every metric that may be emitted or queried, one group a source. */
export const catalogue: readonly Readonly<Record<string, Metric>>[] = [probe, connection, http];
