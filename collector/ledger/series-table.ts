import type { DatabaseSync } from 'node:sqlite';

/** The numbers of the series (a monitor from one vantage; vantage '' is the monitor as a whole). */
export interface SeriesTable {
  /** The number of a series, made when it is new; inside a transaction. */
  idOf(monitor: string, vantage: string): number;
  /** Forgets what it learned inside a transaction that was rolled back. */
  forget(): void;
}

export function openSeriesTable(db: DatabaseSync): SeriesTable {
  const known = new Map<string, number>();
  const find = db.prepare('SELECT id FROM series WHERE monitor = ? AND vantage = ?');
  const make = db.prepare('INSERT INTO series (monitor, vantage) VALUES (?, ?)');
  return {
    idOf(monitor, vantage) {
      const key = seriesKey(monitor, vantage);
      let id = known.get(key);
      if (id === undefined) {
        id = Number(find.get(monitor, vantage)?.id ?? make.run(monitor, vantage).lastInsertRowid);
        known.set(key, id);
      }
      return id;
    },
    forget: () => known.clear(),
  };
}

/** One string for a series, to look it up by. */
export function seriesKey(monitor: string, vantage: string): string {
  return `${vantage}\0${monitor}`;
}
