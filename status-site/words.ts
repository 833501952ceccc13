import { type Instant, MINUTE } from '../model/time.ts';
import type { CheckCount } from '../model/timeline.ts';
import type { TimeWords } from './page-data.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const NBSP = '\u00a0';

/** Control characters, line and paragraph separators, and everything that turns the direction of text or is not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]+/gu;
const MARKS = /(\p{M}{3})\p{M}+/gu;

/** Text from outside on one line, without what cannot be seen. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(MARKS, '$1').replace(/\s+/g, ' ').trim();
}

/** The text with at most `most` characters; where it was cut there is `…`. */
export function shortened(text: string, most: number): string {
  const letters = Array.from(text);
  if (letters.length <= most) return text;
  return `${letters
    .slice(0, most - 1)
    .join('')
    .trimEnd()}…`;
}

/** `14:05`, UTC. */
export function clockTime(at: Instant): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** `21 November`, UTC. */
export function dayWords(at: Instant): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** `21 November 2026`, UTC. */
export function dateWords(at: Instant): string {
  return `${dayWords(at)} ${new Date(at).getUTCFullYear()}`;
}

/** `14:05` when it lies within twelve hours of `now`, else `20 November, 14:05`; `14:05:20` with `seconds`. The machine's form is exact. */
export function momentWords(at: Instant, now: Instant, seconds = false): TimeWords {
  const near = Math.abs(now - at) < 12 * 60 * MINUTE;
  const time = seconds ? isoSeconds(at).slice(11, 19) : clockTime(at);
  return { iso: isoSeconds(at), words: near ? time : `${dayWords(at)}, ${time}` };
}

/** ISO 8601 in UTC with whole seconds. */
export function isoSeconds(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A share as per cent, always rounded down, so that only what was whole is called 100 %: `99.98 %`, `98.4 %`, `100 %`. */
export function shareWords(share: number): string {
  if (share >= 1) return `100${NBSP}%`;
  if (share <= 0) return `0${NBSP}%`;
  const decimals = share >= 0.99 ? 2 : 1;
  const floored = floorTo(share * 100, decimals);
  return floored === 0 ? `<${NBSP}0.1${NBSP}%` : `${floored.toFixed(decimals)}${NBSP}%`;
}

/** How much was seen, beside every uptime: `98 %`, `99.9 %`, `100 %`. Rounded down. */
export function coverageWords(coverage: number): string {
  if (coverage >= 1) return `100${NBSP}%`;
  if (coverage <= 0) return `0${NBSP}%`;
  if (coverage < 0.01) return `<${NBSP}1${NBSP}%`;
  return `${floorTo(coverage * 100, coverage >= 0.99 ? 1 : 0)}${NBSP}%`;
}

/** How many checks failed, beside every uptime: `57 of 115`. */
export function failedWords({ checks, failed }: CheckCount): string {
  return `${number(failed)} of${NBSP}${number(checks)}`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

/** `A`, `A and B`, `A, B and C`. */
export function listWords(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The text with its first letter large. */
export function capital(text: string): string {
  return text === '' ? '' : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The text so that no line breaks between a number and its unit, or before a middle dot. */
export function tied(text: string): string {
  return text.replace(/(\d) (ms|s|min|h|days|%)(?![\w])/g, `$1${NBSP}$2`).replaceAll(' · ', `${NBSP}· `);
}

function floorTo(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // A share such as 0.9998 is a hair below itself in binary; that hair is not lost time.
  return Math.floor(value * scale + 1e-6) / scale;
}
