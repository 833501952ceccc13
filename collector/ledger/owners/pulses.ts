import type { Pulse } from '../../../model/ledger.ts';
import type { Owner, Reading, Writing } from '../owner.ts';

/** How much of a job's log is kept, in characters. */
const LONGEST_LOG = 10 * 1_024;
/** Pulses kept of a monitor, beside the latest of each signal. */
const KEPT = 100;

/** The signals of jobs that report for themselves. */
export const pulses = {
  migrations: [
    {
      version: 1,
      sql: `
        CREATE TABLE pulse (
          id     INTEGER PRIMARY KEY,
          series INTEGER NOT NULL REFERENCES series (id),
          at     INTEGER NOT NULL,
          signal TEXT NOT NULL,
          exit   INTEGER,
          log    TEXT
        );
        CREATE INDEX pulse_by_series ON pulse (series, signal);`,
    },
  ],
  dated: { table: 'pulse', at: 'at' },
  reads: {
    /** The latest pulse of each signal, by monitor, in the order they came: what heartbeats need to go on after a restart. */
    latest({ db }: Reading) {
      const read = db.prepare(`SELECT * FROM pulse JOIN series ON series.id = pulse.series
        WHERE pulse.id IN (SELECT max(id) FROM pulse GROUP BY series, signal) ORDER BY monitor, pulse.id`);
      return (): Pulse[] =>
        read.all().map((row) => ({
          monitor: String(row.monitor),
          at: Number(row.at),
          signal: String(row.signal) as Pulse['signal'],
          ...(row.exit === null ? {} : { exitCode: Number(row.exit) }),
          ...(row.log === null ? {} : { log: String(row.log) }),
        }));
    },
  },
  writes: {
    /** Keeps a pulse, of its log the end. */
    keep({ db, series }: Writing) {
      const add = db.prepare('INSERT INTO pulse (series, at, signal, exit, log) VALUES (?, ?, ?, ?, ?)');
      const forget = db.prepare(`DELETE FROM pulse WHERE series = ?1
        AND id <= (SELECT id FROM pulse WHERE series = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})
        AND id NOT IN (SELECT max(id) FROM pulse WHERE series = ?1 GROUP BY signal)`);
      return ({ monitor, at, signal, exitCode, log }: Pulse): void => {
        const id = series.idOf(monitor, '');
        add.run(id, Math.round(at), signal, exitCode ?? null, log?.slice(-LONGEST_LOG) ?? null);
        forget.run(id);
      };
    },
  },
} satisfies Owner;
