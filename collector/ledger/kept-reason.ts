import { isReason, type Reason, shortReason } from '../../model/reason.ts';

/** How much of a reason is kept, in characters: it came from outside. */
const LONGEST = 1_000;

/** Rows of versions before 6 hold a text of which nobody knows any more what came from outside: one quote. */
export function reasonsInParts(table: 'stand' | 'transition'): string {
  return `UPDATE ${table} SET reason = json_array(json_object('quote', reason));`;
}

/** A reason as its column holds it: JSON. */
export function writeReason(reason: Reason): string {
  return JSON.stringify(shortReason(reason, LONGEST));
}

/** Reads such a column; what is no reason is one text that nobody knows. */
export function readReason(column: string): Reason {
  try {
    const read: unknown = JSON.parse(column);
    if (isReason(read)) return read;
  } catch {
    // Some other program wrote it.
  }
  return [{ quote: column }];
}
