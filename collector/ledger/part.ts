import type { Part, PartContext } from '../../model/part.ts';
import { type Absence, watchAbsence } from '../absence.ts';
import { type Ledger, openLedger } from './open.ts';

/** The ledger, open. */
export interface LedgerPart extends Part {
  readonly ledger: Ledger;
  /** The time in which no box was running, before this one; undefined for a ledger that begins. */
  readonly absence: () => Absence | undefined;
}

/** Opens the ledger of the state directory. Rejects with `LedgerRefused`; `onGone` is told why when it can keep nothing any more. */
export async function openLedgerPart({
  clock,
  log,
  stateFolder,
  onGone,
}: Pick<PartContext, 'clock' | 'log' | 'stateFolder'> & {
  readonly onGone: (why: string) => void;
}): Promise<LedgerPart> {
  const ledger = await openLedger(stateFolder, { clock, onTrouble: log, onGone });
  const lastWritten = await ledger.flushes.last().catch(async (error: unknown) => {
    await ledger.close();
    throw error;
  });
  return {
    ledger,
    absence: watchAbsence(clock, lastWritten),
    problems: ledger.problems,
    stop: () => ledger.close(),
  };
}
