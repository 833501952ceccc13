import { CodedError } from '../../model/errors.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../model/time.ts';

/** A parameter is missing or cannot be read; the message names it, in the words that Prometheus uses. */
export class BadParameter extends CodedError {
  readonly code = 'bad-parameter';
}

/** The parameters of a request: those of a form in its body stand before those of its address, as with Prometheus. */
export function parametersOf(query: URLSearchParams, contentType: string, body: Buffer): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType)) return query;
  return new URLSearchParams([...new URLSearchParams(body.toString('utf8')), ...query]);
}

/** The text of a parameter that has to be there. */
export function textIn(parameters: URLSearchParams, name: string): string {
  const text = parameters.get(name) ?? '';
  if (text.trim() === '') throw invalid(name, 'it is missing or empty');
  return text;
}

/** `YYYY-MM-DDThh:mm:ss`, perhaps with fractions, and a zone: RFC 3339. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** What a Date can hold. */
const FARTHEST_MS = 8.64e15;

/** An instant, in seconds since the epoch or RFC 3339; undefined without one. */
export function instantIn(parameters: URLSearchParams, name: string): Instant | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  const at = NUMBER.test(text) ? Math.round(Number(text) * 1000) : RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!(Math.abs(at) <= FARTHEST_MS)) throw invalid(name, `cannot parse ${quoted(text)} to a valid timestamp`);
  return at;
}

/** An instant that has to be there. */
export function neededInstantIn(parameters: URLSearchParams, name: string): Instant {
  return instantIn(parameters, name) ?? fail(name, 'cannot parse "" to a valid timestamp');
}

const UNITS = { y: 365 * DAY, w: 7 * DAY, d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 };
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** A duration, in seconds or as `1h30m`, in milliseconds; undefined without one. */
export function durationIn(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  const parts = DURATION.exec(text);
  const ms = NUMBER.test(text)
    ? Number(text) * 1000
    : parts === null
      ? Number.NaN
      : Object.values(UNITS).reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0);
  if (!(Math.abs(ms) <= FARTHEST_MS)) throw invalid(name, `cannot parse ${quoted(text)} to a valid duration`);
  return ms;
}

/** A whole number from 0 on; undefined without one, or when it is 0, which sets no limit. */
export function limitIn(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalid(name, `${quoted(text)} is no number from 0 to 999999999`);
  return Number(text) || undefined;
}

export function invalid(name: string, why: string): BadParameter {
  return new BadParameter(`invalid parameter ${quoted(name)}: ${why}`);
}

function fail(name: string, why: string): never {
  throw invalid(name, why);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
