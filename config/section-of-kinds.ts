import type { Section, Whole } from '../model/section.ts';
import type { Complain, Inspect } from './inspector.ts';
import type { Translation } from './json-schema.ts';
import type { Kinds } from './kinds.ts';

/** What a section reads itself with. */
export interface Reading {
  readonly inspect: Inspect;
  readonly complain: Complain;
  readonly kinds: Kinds;
  readonly whole: Whole;
}

/**
 * A section whose entries are of kinds that each have settings of their own, loaded as they are named: it reads itself, entry by entry,
 * so that one mistake hides no other.
 */
export interface SectionOfKinds<Value> extends Pick<Section<Value>, 'restart' | 'joined' | 'noun'> {
  /** What is right of what was written; of the rest it complains. */
  read(written: unknown, reading: Reading): Promise<Value>;
  /** What an editor should know of it. */
  jsonSchema(kinds: Kinds): Promise<Translation>;
}
