import { DAY, dayOf, type Instant, spanInWords } from '../../model/time.ts';
import { CLOCK_TOLERANCE_MS, stepInWords } from '../../runtime/clock-step.ts';
import { type ClockTrust, watchClock } from './clock-trust.ts';
import { openDayCorrections } from './day-books.ts';
import { openFalseDates, type PutRight } from './false-dates.ts';
import type { Owner, Writing } from './owner.ts';
import { transaction } from './transaction.ts';

/** With each flush; `write` writes what was noted, when told so with all checks in their blocks. */
export type ClockKeeping = (
  now: Instant,
  steady: number,
  write: (fold: boolean) => void,
) => { readonly settled: boolean; readonly said: readonly string[] };

/** What both clocks say at one moment. */
export interface Clocks {
  readonly now: Instant;
  readonly steady: number;
}

/** Follows the wall clock from `begun` on, else from the first flush, and puts right what it dated while it was ahead. */
export function openClockKeeping(writing: Writing, owners: readonly Owner[], begun?: Clocks): ClockKeeping {
  const { db, series } = writing;
  const dated = owners.flatMap((one) => one.dated ?? []);
  const lastWritten = writing.lastWritten();
  const trust = watchClock(lastWritten);
  const correctDays = openDaysSince(writing);
  const falseDates = openFalseDates(db, dated);
  let since: Instant | undefined;
  let untold: string[] = [];
  if (begun !== undefined) look(begun);

  function look({ now, steady }: Clocks): ClockTrust {
    if (since === undefined) {
      since = now;
      falseDates.begin(now);
      if (lastWritten > now + CLOCK_TOLERANCE_MS) untold.push(behindInWords(lastWritten - now));
    }
    return trust(now, steady);
  }

  return (now, steady, write) => {
    const { step, believed, settled } = look({ now, steady });
    write(step !== 0);
    const said = untold;
    untold = [];
    if (step !== 0) {
      falseDates.clockSet(step, now);
      since = now;
      said.push(`this machine's clock was ${stepInWords(step)}`);
    }
    if (!believed) return { settled, said };
    const firstDay = dayOf(since ?? now) - DAY;
    const done = transaction(db, () => putRight(firstDay, now), series.forget);
    return { settled, said: [...said, ...putRightInWords(done)] };
  };

  function putRight(firstDay: Instant, now: Instant): PutRight {
    const done = falseDates.putRight(now);
    if (done.moved + done.removed > 0) correctDays(firstDay, now);
    return done;
  }
}

/** Reckons the closed days of all monitors anew, from this one on. Days that were closed ahead of the clock are closed again anyway. */
function openDaysSince(writing: Writing): (day: Instant, now: Instant) => void {
  const closed = writing.db.prepare("SELECT monitor FROM series WHERE vantage = '' AND rolled > ? AND rolled <= ?");
  const correct = openDayCorrections(writing);
  return (day, now) => {
    for (const { monitor } of closed.all(day, now)) correct(String(monitor), day, now);
  };
}

function behindInWords(ms: number): string {
  return `this machine's clock is ${spanInWords(ms)} behind what it was when the ledger was last written: what is dated later than now is not shown`;
}

function putRightInWords({ moved, removed }: PutRight): string[] {
  const entries = (count: number) => (count === 1 ? '1 entry' : `${count} entries`);
  return [
    ...(moved > 0
      ? [`${entries(moved)} of the ledger, dated while the clock was ahead, now stand where they belong`]
      : []),
    ...(removed > 0 ? [`${entries(removed)} of the ledger, dated by a clock that was ahead, were taken out`] : []),
  ];
}
