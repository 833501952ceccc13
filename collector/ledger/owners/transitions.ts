import type { SQLOutputValue } from 'node:sqlite';
import type { Stand, Standing, Transition } from '../../../model/standing.ts';
import type { Instant } from '../../../model/time.ts';
import { CLOCK_TOLERANCE_MS } from '../../../runtime/clock-step.ts';
import { openDayCorrections } from '../day-books.ts';
import { readReason, reasonsInParts, writeReason } from '../kept-reason.ts';
import type { Owner, Reading, Writing } from '../owner.ts';
import { blindnessOf, openStandWriter } from './standings.ts';

/** How much evidence is kept of one transition, in characters. */
const LONGEST_EVIDENCE = 64 * 1_024;

/** A transition of a monitor's own standing, and its number: each is higher than all that were kept before. */
export interface KeptTransition extends Transition {
  readonly id: number;
}

/** Every change of a standing, for ever; and how far those who act on them have come. */
export const transitions = {
  migrations: [
    {
      version: 1,
      sql: `
        CREATE TABLE transition (
          id       INTEGER PRIMARY KEY,
          series   INTEGER NOT NULL REFERENCES series (id),
          at       INTEGER NOT NULL,
          "from"   TEXT NOT NULL,
          "to"     TEXT NOT NULL,
          reason   TEXT NOT NULL,
          blind    TEXT,
          flapping INTEGER NOT NULL,
          evidence TEXT
        );
        CREATE INDEX transition_by_time ON transition (series, at);`,
    },
    {
      version: 3,
      sql: `
        -- Who acts on transitions, and up to which they have.
        CREATE TABLE transition_cursor (
          name TEXT PRIMARY KEY,
          done INTEGER NOT NULL
        ) WITHOUT ROWID;`,
    },
    { version: 7, sql: reasonsInParts('transition') },
  ],
  dated: { table: 'transition', at: 'at' },
  reads: {
    /** The monitor's transitions that begin in `[from, to)`, newest first. */
    of({ db }: Reading) {
      const read =
        db.prepare(`SELECT transition.*, monitor, vantage FROM series JOIN transition ON transition.series = series.id
          WHERE monitor = ? AND vantage = '' AND at >= ? AND at < ? ORDER BY at DESC, transition.id DESC LIMIT ?`);
      return (monitor: string, from: Instant, to: Instant, limit: number): Transition[] =>
        read.all(monitor, from, to, limit).map(transitionOf);
    },
    /** The `limit` transitions of monitors as a whole that were kept next after the one with this number, in the order they were kept. */
    after({ db }: Reading) {
      const read =
        db.prepare(`SELECT transition.*, monitor, vantage FROM transition JOIN series ON series.id = transition.series
          WHERE transition.id > ? AND vantage = '' ORDER BY transition.id LIMIT ?`);
      return (id: number, limit: number): KeptTransition[] =>
        read.all(id, limit).map((row) => ({ id: Number(row.id), ...transitionOf(row) }));
    },
  },
  writes: {
    /** Keeps transitions, with the new stands; only when they are durable may anyone be told. */
    keep(writing: Writing) {
      const add = openTransitionWriter(writing);
      const setStand = openStandWriter(writing);
      const correctDays = openDayCorrections(writing);
      return (transitions: readonly Transition[], stands: readonly Stand[]): void => {
        const begun = transitions.map((one) => ({ ...one, at: add(one) }));
        for (const one of stands) setStand(one);
        const own = begun.filter(({ vantage }) => vantage === '');
        for (const [monitor, some] of Map.groupBy(own, (one) => one.monitor))
          correctDays(monitor, Math.min(...some.map(({ at }) => at)), writing.lastWritten());
      };
    },
    /** The number up to which somebody has acted on transitions. Who is new begins with what is kept from now on. */
    follow({ db }: Writing) {
      const begin = db.prepare(
        'INSERT OR IGNORE INTO transition_cursor VALUES (?, (SELECT coalesce(max(id), 0) FROM transition))',
      );
      const read = db.prepare('SELECT done FROM transition_cursor WHERE name = ?');
      return (name: string): number => {
        begin.run(name);
        return Number(read.get(name)?.done);
      };
    },
    /** Somebody has acted on all transitions up to this number. */
    handled: openCursor,
  },
  arrivals: {
    keep: ({ supersede }: Writing) => {
      return (_: readonly Transition[], stands: readonly Stand[]): void => supersede(stands);
    },
  },
} satisfies Owner;

/**
 * Moves somebody's cursor; inside a transaction. Answers false, and moves nothing, when they had come as far before: what is written
 * for these transitions was written then.
 */
export function openCursor({ db }: Pick<Writing, 'db'>): (name: string, id: number) => boolean {
  const move = db.prepare(`INSERT INTO transition_cursor VALUES (?, ?)
    ON CONFLICT DO UPDATE SET done = excluded.done WHERE done < excluded.done`);
  return (name, id) => move.run(name, id).changes > 0;
}

/**
 * Adds a transition and answers when it begins: never before the one before it, while the clock is only slewed. What a clock that was
 * ahead has dated is no measure.
 */
function openTransitionWriter({ db, series }: Writing): (one: Transition) => Instant {
  const last = db.prepare('SELECT at FROM transition WHERE series = ? AND at <= ? ORDER BY at DESC LIMIT 1');
  const add = db.prepare(
    'INSERT INTO transition (series, at, "from", "to", reason, blind, flapping, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return (one) => {
    const id = series.idOf(one.monitor, one.vantage);
    const begun = Math.round(one.at);
    const at = Math.max(begun, Number(last.get(id, begun + CLOCK_TOLERANCE_MS)?.at ?? Number.NEGATIVE_INFINITY));
    const reason = writeReason(one.reason);
    add.run(id, at, one.from, one.to, reason, one.blind ?? null, one.flapping ? 1 : 0, evidenceOf(one));
    return at;
  };
}

function evidenceOf(transition: Transition): string | null {
  if (transition.evidence === undefined) return null;
  const text = JSON.stringify(transition.evidence);
  return text.length <= LONGEST_EVIDENCE ? text : JSON.stringify({ evidence: `left out: ${text.length} characters` });
}

/** A row of `transition` joined with its series, as the model has it. */
function transitionOf(row: Record<string, SQLOutputValue>): Transition {
  return {
    monitor: String(row.monitor),
    vantage: String(row.vantage),
    at: Number(row.at),
    from: String(row.from) as Standing,
    to: String(row.to) as Standing,
    reason: readReason(String(row.reason)),
    ...blindnessOf(row),
    ...(row.evidence === null ? {} : { evidence: JSON.parse(String(row.evidence)) }),
  };
}
