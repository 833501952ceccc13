import { nearest } from '../config/nearest.ts';
import { parseDuration } from '../model/settings.ts';
import type { Instant } from '../model/time.ts';

const UNIT_WORDS: Readonly<Record<string, string>> = {
  ms: 'ms',
  s: 's',
  sec: 's',
  second: 's',
  seconds: 's',
  m: 'm',
  min: 'm',
  minute: 'm',
  minutes: 'm',
  h: 'h',
  hr: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  w: 'w',
  week: 'w',
  weeks: 'w',
};

const DATE = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?(?:Z|[+-]\d\d:\d\d)?$/;

/** Days by name, and how many days ago they began. */
const DAYS: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };

/**
 * The instant that `--since` names: so long before `now` (`2h`, `1d 12h`), the beginning of a day (`today`, `yesterday`), or a date or time
 * (`2026-11-20`, `"2026-11-20 06:00"`, in the local zone when it names none). Throws in words, with what was probably meant.
 */
export function sinceOf(text: string, now: Instant): Instant {
  const span = parseDuration(text.trim());
  if (span !== undefined) return now - span;
  const ago = DAYS[text.trim().toLowerCase()];
  if (ago !== undefined) return beginningOf(now, ago);
  const at = DATE.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const meant = durationMeant(text) ?? nearest(text, Object.keys(DAYS));
  throw new Error(
    `--since: came "${text.slice(0, 80)}", wanted a duration such as 2h or 3d, today, yesterday, or a time such as 2026-11-20${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

/** When the day began, in the local zone, that was so many days before. */
function beginningOf(now: Instant, daysAgo: number): Instant {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysAgo).getTime();
}

/** `2 hours`, `2hr` and `2huors` were meant to be `2h`. */
function durationMeant(text: string): string | undefined {
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)];
  const said = pieces.map(([, amount = '', word = '']) => {
    const unit = UNIT_WORDS[nearest(word, Object.keys(UNIT_WORDS)) ?? ''];
    return unit === undefined ? '' : `${amount}${unit}`;
  });
  const meant = said.join('');
  return pieces.length > 0 && said.every((one) => one !== '') && parseDuration(meant) !== undefined ? meant : undefined;
}
