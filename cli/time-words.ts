import type { Instant } from '../model/time.ts';

/** A time in the zone of whoever reads it, to the second: `2026-11-20 06:04:31`. */
export function timeInWords(at: Instant): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  const date = new Date(at);
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')}`;
}
