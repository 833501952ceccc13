import type { DatabaseSync } from 'node:sqlite';
import type { Stand } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import type { EachRecent } from './check-reader.ts';
import type { SeriesTable } from './series-table.ts';

/** One step forward of the ledger's schema. Once released it never changes. */
export interface Migration {
  /** One more than the step before, whichever owner's that was. */
  readonly version: number;
  /** May call `this_machine()`, the host name. */
  readonly sql: string;
}

/** What a question is answered from: the file, and what the writer has noted and not written yet (a reader of the file sees nothing of that). */
export interface Reading {
  readonly db: DatabaseSync;
  readonly eachRecent: EachRecent;
  /** Standings that wait for the next flush, by `seriesKey`. */
  readonly noted: ReadonlyMap<string, Stand>;
}

/** What is written with, inside a transaction. */
export interface Writing extends Reading {
  readonly series: SeriesTable;
  /** When the last flush was, by the wall clock; 0 when never. */
  lastWritten(): Instant;
  /** These standings are newer than what was noted of them before. */
  supersede(stands: readonly Stand[]): void;
}

/** By name, what prepares a question's statements and returns the function that answers it. Arguments and answers cross a thread: plain data. */
type Questions<Context> = Readonly<Record<string, (context: Context) => (...args: never[]) => unknown>>;

/** A table with a numbered `id`, and its column that says when. */
export interface Dated {
  readonly table: string;
  readonly at: string;
}

/** Who owns some of the ledger's tables: how they came to be, and every question about them. */
export interface Owner {
  readonly migrations?: readonly Migration[];
  /** Whose instants are put right when the clock that gave them was ahead. */
  readonly dated?: Dated;
  /** Asked by readers of the file, and by the box through the ledger's thread. */
  readonly reads?: Questions<Reading>;
  /** Asked by the box alone. What comes together shares one transaction and one fsync; the answer comes when it is durable. */
  readonly writes?: Questions<Writing>;
  /** Told of the arguments of the write of the same name when they come, which may be before it is answered. */
  readonly arrivals?: Questions<Writing>;
  /** Closes and deletes what is due by a wall clock that can be believed; after every flush, a little at a time. */
  readonly tidy?: (writing: Writing) => (now: Instant) => void;
}

export type Owners = Readonly<Record<string, Owner>>;

type Part<One, Name extends keyof Owner> = One extends Readonly<Record<Name, infer Found>> ? Found : unknown;
type Answer<Question> = Question extends (context: never) => infer Answering ? Answering : never;
type Promised<Answering> = Answering extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Result>
  : never;

/** Every read of every owner, answered at once: `view.changes.between(…)`. */
export type Reads<All extends Owners> = {
  readonly [Name in keyof All]: {
    readonly [One in keyof Part<All[Name], 'reads'>]: Answer<Part<All[Name], 'reads'>[One]>;
  };
};

/** Every read and write of every owner, answered by the ledger's thread: `await ledger.changes.last(…)`. */
export type Asked<All extends Owners> = {
  readonly [Name in keyof All]: {
    readonly [One in keyof Part<All[Name], 'reads'>]: Promised<Answer<Part<All[Name], 'reads'>[One]>>;
  } & {
    readonly [One in keyof Part<All[Name], 'writes'>]: Promised<Answer<Part<All[Name], 'writes'>[One]>>;
  };
};

/** Makes a function for each question of these parts; `answering` says what it does when it is called. */
export function eachQuestion<Question>(
  owners: Owners,
  parts: readonly ('reads' | 'writes')[],
  answering: (owner: string, question: string, part: 'reads' | 'writes') => Question,
): Readonly<Record<string, Readonly<Record<string, Question>>>> {
  const ofOwner = (name: string, owner: Owner) =>
    parts.flatMap((part) =>
      Object.keys(owner[part] ?? {}).map((question) => [question, answering(name, question, part)] as const),
    );
  return Object.fromEntries(
    Object.entries(owners).map(([name, owner]) => [name, Object.fromEntries(ofOwner(name, owner))]),
  );
}

/** Opens a question when it is first asked: its statements cost whoever never asks it nothing. */
export function opening<Context>(
  open: ((context: Context) => (...args: never[]) => unknown) | undefined,
  context: Context,
): (...args: readonly unknown[]) => unknown {
  let answer: ((...args: never[]) => unknown) | undefined;
  return (...args) => {
    answer ??= open?.(context);
    return answer?.(...(args as never[]));
  };
}
