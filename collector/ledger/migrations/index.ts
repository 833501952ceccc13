import { beginning } from './1-beginning.ts';
import { changes } from './2-changes.ts';
import type { Migration } from './migration.ts';

/** Every step of the schema, in order. A new one is one file and one line here. */
export const migrations: readonly Migration[] = [beginning, changes];
