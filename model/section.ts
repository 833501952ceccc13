import type { z } from 'zod';

/** Two settings that are each right for themselves, but not together. */
export interface Contradiction {
  /** Leads from the section to the setting. */
  readonly path: readonly (string | number)[];
  /** What came and what was wanted, as it stands after the setting's place: `came …, wanted …`. */
  readonly message: string;
}

/** The rest of the config, as far as a section's rules may look at it. */
export interface Whole {
  /** The value of another section; undefined when it has mistakes. */
  of<Value>(section: Section<Value>): Value | undefined;
  /** What is to be said of a name that should be a monitor's, with the nearest that is one; undefined when it is. */
  noMonitor(name: string): string | undefined;
}

/**
 * One key at the top of the config: what may be written there, and what becomes of it. Schema for editors, table of options, `check`
 * and the words about a reload follow from it. It stands beside the part that it belongs to, in a file of its own: that holds zod, and
 * is loaded only by the process that reads the config. The part imports its type.
 */
export interface Section<Value> {
  /**
   * What may be written. What holds when it is left out is the schema's as well, by `setting` or `.optional()`; the
   * description is for editors and the docs. Unknown keys are mistakes: its objects are strict.
   */
  readonly schema: z.ZodType<Value>;
  /** The rules that a schema cannot say. */
  lint?(value: Value, whole: Whole): readonly Contradiction[];
  /** What it says holds only from the next start of the box: a reload says so in the log. */
  readonly restart?: true;
  /** It is a map by name that may stand in several fragments of the config, which are then joined. */
  readonly joined?: true;
  /** For a value that is a list of what has a `name`: how an entry is called where changes are told, as `exporter` in `added exporter host`. */
  readonly noun?: string;
}
