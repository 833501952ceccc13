import type { Asked, Migration, Owners, Reads } from './owner.ts';
import { changes } from './owners/changes.ts';
import { checks } from './owners/checks.ts';
import { days } from './owners/days.ts';
import { flushes } from './owners/flushes.ts';
import { pulses } from './owners/pulses.ts';
import { series } from './owners/series.ts';
import { standings } from './owners/standings.ts';
import { transitions } from './owners/transitions.ts';

/** Everybody who keeps something in the ledger. A new owner is one file and one line here, and a new question is one function in its file. */
export const owners = { series, flushes, standings, transitions, pulses, checks, days, changes } satisfies Owners;

/** All that the box may ask and tell the ledger. */
export type AskedOfAll = Asked<typeof owners>;

/** All that a reader of the file may ask. */
export type ReadsOfAll = Reads<typeof owners>;

/** Every step of the schema, in order. What the ledger began with is one step of many owners. */
export function migrationsOf(all: Owners): Migration[] {
  const steps = Object.values(all).flatMap(({ migrations = [] }) => migrations);
  const versions = [...new Set(steps.map(({ version }) => version))].sort((a, b) => a - b);
  return versions.map((version) => ({
    version,
    sql: steps
      .filter((step) => step.version === version)
      .map(({ sql }) => sql)
      .join('\n'),
  }));
}
