import type { Change } from '../../model/change.ts';
import type { ExporterContext } from '../../model/exporter.ts';
import type { Instant } from '../../model/time.ts';

/** Whether another exporter tells of something that this one sees too. */
export type ToldElsewhere = NonNullable<ExporterContext['toldElsewhere']>;

/** What a source is told when it looks. `Known` is what it remembers of its last look; it must survive JSON. */
export interface Look<Known> {
  /** Undefined at the first look ever. */
  readonly known: Known | undefined;
  readonly now: Instant;
  /** At the first look, what happened before this is left out. */
  readonly since: Instant;
  readonly signal: AbortSignal;
  readonly onTrouble: (message: string) => void;
}

export interface Seen<Known> {
  readonly changes: readonly Change[];
  readonly known: Known;
}

/** One place where changes can be seen. Compares what is with what it knew. */
export interface Source<Known> {
  /** One word: the name of its memory, and of what is said of it. */
  readonly name: string;
  /** How often it looks when nothing calls it, in milliseconds; with each collection when left out. */
  readonly everyMs?: number;
  /** Answers undefined where the machine has nothing of the kind. Rejects when it cannot see. The same changes may be given again. */
  look(look: Look<Known>): Promise<Seen<Known> | undefined>;
  /** Files and folders that, when they change, call it. Asked after each look. */
  watched?(): readonly string[];
  /** What it is to know instead when the box ends in order. */
  parting?(known: Known): Known;
  stop?(): Promise<void>;
}
