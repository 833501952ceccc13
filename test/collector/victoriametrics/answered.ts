import type { QueryOutcome } from '../../../model/query.ts';

/** The answer of a query; throws, with the words, when there was none. */
export async function answered<Answer>(outcome: Promise<QueryOutcome<Answer>>): Promise<Answer> {
  const came = await outcome;
  if (came.kind !== 'answer') throw new Error(`${came.kind}: ${came.words}`);
  return came.answer;
}
