import type { DayShares } from '../draw/bars.ts';
import type { DayRecord } from '../model/ledger.ts';
import { spanInWords } from '../model/time.ts';
import type { Account } from '../model/timeline.ts';
import type { BadDay } from './page-data.ts';
import { dayWords, isoSeconds, listWords } from './words.ts';

/** A day's account as shares of what was counted of it. */
export function sharesOf(account: Account): DayShares {
  const unseen = account.unknown + account.unreachable;
  const total = account.up + account.degraded + account.down + unseen;
  if (total === 0) return { up: 0, degraded: 0, down: 0, unseen: 1 };
  return {
    up: account.up / total,
    degraded: account.degraded / total,
    down: account.down / total,
    unseen: unseen / total,
  };
}

/** What the bars show, in words: `90 days: down on 2, degraded on 1, not seen on 12`. */
export function daysInWords(days: readonly DayRecord[]): string {
  const count = (holds: (account: Account) => boolean) => days.filter((day) => holds(day.account)).length;
  const down = count((account) => account.down > 0);
  const degraded = count((account) => account.degraded > 0);
  const unseen = count((account) => account.up + account.degraded + account.down === 0);
  const parts = [
    down > 0 ? `down on ${down}` : '',
    degraded > 0 ? `degraded on ${degraded}` : '',
    unseen > 0 ? `not seen on ${unseen}` : '',
  ].filter((part) => part !== '');
  return `${days.length} days: ${parts.length === 0 ? 'nothing wrong on any' : parts.join(', ')}`;
}

/** The days that were not wholly well, newest first, with how long what lasted: at most `limit`. Days nobody saw are left out. */
export function badDays(days: readonly DayRecord[], limit: number): BadDay[] {
  return days
    .filter(({ account }) => account.down > 0 || account.degraded > 0)
    .reverse()
    .slice(0, limit)
    .map(({ day, account }) => ({
      day: { iso: isoSeconds(day).slice(0, 10), words: dayWords(day) },
      words: listWords([
        ...(account.down > 0 ? [`down ${spanInWords(account.down)}`] : []),
        ...(account.degraded > 0 ? [`degraded ${spanInWords(account.degraded)}`] : []),
      ]),
    }));
}
