import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Pulse } from '../../model/ledger.ts';
import type { Blindness, Stand, Standing, Transition } from '../../model/standing.ts';
import type { SeriesTable } from './series-table.ts';

/** Bounds of texts that came from outside, in characters. */
const REASON = 1_000;
const EVIDENCE = 64 * 1_024;
const LOG = 10 * 1_024;
/** Pulses kept of a monitor, beside the latest of each signal. */
const PULSES = 100;

type Row = Record<string, SQLOutputValue>;

/** Writes standings, transitions and pulses; all of it inside a transaction. */
export interface Conclusions {
  stand(stand: Stand): void;
  /** Adds a transition and answers when it begins: never before the one before it, even if the wall clock jumped back. */
  transition(transition: Transition): number;
  pulse(pulse: Pulse): void;
}

export function openConclusions(db: DatabaseSync, series: SeriesTable): Conclusions {
  const sql = {
    stand: db.prepare(`INSERT INTO stand VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET standing = excluded.standing, since = excluded.since, reason = excluded.reason, blind = excluded.blind, flapping = excluded.flapping
      WHERE (standing, since, reason, blind, flapping) IS NOT
            (excluded.standing, excluded.since, excluded.reason, excluded.blind, excluded.flapping)`),
    fresh: db.prepare(`INSERT INTO fresh VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until`),
    last: db.prepare('SELECT at FROM transition WHERE series = ? ORDER BY at DESC LIMIT 1'),
    transition: db.prepare(
      'INSERT INTO transition (series, at, "from", "to", reason, blind, flapping, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    pulse: db.prepare('INSERT INTO pulse (series, at, signal, exit, log) VALUES (?, ?, ?, ?, ?)'),
    forgetPulses: db.prepare(`DELETE FROM pulse WHERE series = ?1
      AND id <= (SELECT id FROM pulse WHERE series = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${PULSES})
      AND id NOT IN (SELECT max(id) FROM pulse WHERE series = ?1 GROUP BY signal)`),
  };
  return {
    stand(stand) {
      const id = series.idOf(stand.monitor, stand.vantage);
      const reason = stand.reason.slice(0, REASON);
      sql.stand.run(id, stand.standing, whole(stand.since), reason, stand.blind ?? null, stand.flapping ? 1 : 0);
      sql.fresh.run(id, whole(stand.freshUntil));
    },
    transition(one) {
      const id = series.idOf(one.monitor, one.vantage);
      const at = Math.max(Math.round(one.at), Number(sql.last.get(id)?.at ?? Number.NEGATIVE_INFINITY));
      const reason = one.reason.slice(0, REASON);
      sql.transition.run(id, at, one.from, one.to, reason, one.blind ?? null, one.flapping ? 1 : 0, evidenceOf(one));
      return at;
    },
    pulse(pulse) {
      const id = series.idOf(pulse.monitor, '');
      sql.pulse.run(id, Math.round(pulse.at), pulse.signal, pulse.exitCode ?? null, pulse.log?.slice(-LOG) ?? null);
      sql.forgetPulses.run(id);
    },
  };
}

/** A stand is never refused: one that could not be written would hold up all that waits with it. */
function whole(at: number): number {
  if (Number.isNaN(at)) return 0;
  return Math.round(Math.min(Math.max(at, -8.64e15), 8.64e15));
}

function evidenceOf(transition: Transition): string | null {
  if (transition.evidence === undefined) return null;
  const text = JSON.stringify(transition.evidence);
  return text.length <= EVIDENCE ? text : JSON.stringify({ evidence: `left out: ${text.length} characters` });
}

/** Every stand that is kept, by monitor and vantage. */
export function readStands(db: DatabaseSync): Stand[] {
  const rows = db
    .prepare(
      'SELECT * FROM stand JOIN fresh USING (series) JOIN series ON series.id = stand.series ORDER BY monitor, vantage',
    )
    .all();
  return rows.map((row) => ({
    monitor: String(row.monitor),
    vantage: String(row.vantage),
    standing: String(row.standing) as Standing,
    since: Number(row.since),
    reason: String(row.reason),
    ...blindness(row),
    freshUntil: Number(row.until),
  }));
}

/** The latest pulse of each signal of every monitor. */
export function readPulses(db: DatabaseSync): Pulse[] {
  const rows = db
    .prepare(`SELECT * FROM pulse JOIN series ON series.id = pulse.series
              WHERE pulse.id IN (SELECT max(id) FROM pulse GROUP BY series, signal) ORDER BY monitor, at`)
    .all();
  return rows.map((row) => ({
    monitor: String(row.monitor),
    at: Number(row.at),
    signal: String(row.signal) as Pulse['signal'],
    ...(row.exit === null ? {} : { exitCode: Number(row.exit) }),
    ...(row.log === null ? {} : { log: String(row.log) }),
  }));
}

/** A row of `transition` joined with its series, as the model has it. */
export function transitionOf(row: Row): Transition {
  return {
    monitor: String(row.monitor),
    vantage: String(row.vantage),
    at: Number(row.at),
    from: String(row.from) as Standing,
    to: String(row.to) as Standing,
    reason: String(row.reason),
    ...blindness(row),
    ...(row.evidence === null ? {} : { evidence: JSON.parse(String(row.evidence)) }),
  };
}

function blindness(row: Row): { blind?: Blindness; flapping?: boolean } {
  return {
    ...(row.blind === null ? {} : { blind: String(row.blind) as Blindness }),
    ...(row.flapping === 1 ? { flapping: true } : {}),
  };
}
