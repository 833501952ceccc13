import type { Connection } from './connection.ts';

/** One run of VictoriaMetrics: what it was told before is surely stored only while it goes on. */
export interface Generation {
  /** Changes when the process restarts; `unknown` where its metrics can't be read, as behind a cluster's gate. */
  readonly name: string;
  /** Rows that it dropped without a word since its start, by reason. */
  readonly droppedRows: ReadonlyMap<string, number>;
}

const MAX_METRICS_BYTES = 4 << 20;
const STARTED = /^(?:vm_app_start_timestamp|process_start_time_seconds)\s+(\S+)/m;
const DROPPED = /^vm_rows_(?:ignored|invalid)_total\{(?:reason|type)="([^"]*)"\}\s+(\S+)/gm;

/** Reads `/metrics`, with a query such as `?authKey=…`, of the process that answers at a base URL. Rejects when there is no answer. */
export async function readGeneration(
  connection: Connection,
  base: URL,
  query: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Generation> {
  const path = `${base.pathname.replace(/\/(?:insert\/.*|prometheus)?\/?$/, '').replace(/\/+$/, '')}/metrics`;
  const { status, body } = await connection.request({
    path: `${path}${query}`,
    method: 'GET',
    headers,
    timeoutMs: 10_000,
    maxBytes: MAX_METRICS_BYTES,
    signal,
  });
  if (status >= 500) throw new Error(`${base.origin}${path} answered ${status}`);
  return generationOf(status === 200 ? body.toString('utf8') : '');
}

/** What VictoriaMetrics' own metrics say of its run. */
export function generationOf(metrics: string): Generation {
  const droppedRows = new Map<string, number>();
  for (const [, reason = '', count] of metrics.matchAll(DROPPED)) droppedRows.set(reason, Number(count));
  return { name: STARTED.exec(metrics)?.[1] ?? 'unknown', droppedRows };
}
