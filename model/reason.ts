import { clockInWords } from './clock-words.ts';
import { type Instant, spanInWords } from './time.ts';

/**
 * One piece of a reason. What is not words of ours says what it is, so that each reader is told what he may know: the operator
 * everything, the public only what is public.
 */
export type ReasonPart =
  /** Words of the product itself, with numbers and spans: fit for everybody. */
  | string
  /** What the config or the network calls something: an address, host, URL, path, unit, a certificate's name. Public only where a public title says it anyway. */
  | ({ readonly target: string } & ForOthers)
  /** What came from outside, or what the config wants to come: a banner, a body, an error's text. Never public. */
  | ({ readonly quote: string } & ForOthers)
  /** Another monitor, and its title at that time. Public by its title of today, while it is a public monitor of that name. */
  | { readonly monitor: string; readonly title: string }
  /** An instant; whoever shows it says in which zone. `zone` is the one that the operator reads it in, the machine's when left out. */
  | { readonly at: Instant; readonly zone?: string; readonly seconds?: boolean };

/** What those read who may not know the part: `instead`, or nothing at all, also not the words that lead to it. */
interface ForOthers {
  readonly lead?: string;
  readonly instead?: string;
}

/** A part that says what it is. */
export type NamedPart = Exclude<ReasonPart, string>;

/** Why something stands as it does, on one line: `connection refused` by whom. */
export type Reason = readonly ReasonPart[];

declare const fixed: unique symbol;
/** Text that is made of words of ours alone. */
export type Ours = string & { readonly [fixed]: true };

/** Marks a text as made of words of ours, with nothing in it that the config or the network says. */
export function ours(text: string): Ours {
  return text as Ours;
}

/** A span in words. */
export function span(ms: number): Ours {
  return ours(spanInWords(ms));
}

/** A name or address that others read as `instead`: `a host`. */
export function target(text: string, instead: string): NamedPart {
  return { target: text, instead };
}

/** A name or address that others are not told of, nor its lead: ` by `. */
export function targetAfter(lead: string, text: string): NamedPart {
  return { target: text, lead };
}

/** Text from outside, or one that the config waits for, that others read as `instead`. */
export function quote(text: string, instead = ''): NamedPart {
  return instead === '' ? { quote: text } : { quote: text, instead };
}

/** Text from outside that others are not told of, nor its lead: `: `. */
export function quoteAfter(lead: string, text: string): NamedPart {
  return { quote: text, lead };
}

/**
 * What may stand in a `reason`: numbers, parts, other reasons, and texts that are fixed in the code. A text of which the compiler does not
 * know all (there are records without such a key) is refused.
 */
type Insert<T> = T extends string ? (T extends Ours ? T : Record<never, never> extends Record<T, 1> ? never : T) : T;

/** Writes a reason: reason`no answer from ${target(host, 'a host')} within ${span(ms)}`. */
export function reason<const T extends readonly (ReasonPart | Reason | number)[]>(
  words: TemplateStringsArray,
  ...inserts: { readonly [I in keyof T]: Insert<T[I]> }
): Reason {
  const all: ReasonPart[] = [];
  for (const [index, text] of words.entries()) {
    const insert = inserts[index] as ReasonPart | Reason | number | undefined;
    all.push(text);
    if (Array.isArray(insert)) all.push(...insert);
    else if (insert !== undefined) all.push(typeof insert === 'number' ? String(insert) : (insert as ReasonPart));
  }
  return joinedWords(all);
}

/** Several reasons one after the other. */
export function joinReasons(reasons: readonly Reason[], between: '; ' | ', '): Reason {
  return joinedWords(reasons.flatMap((one, index) => [...(index === 0 ? [] : [between]), ...one]));
}

/** The same reason with each of its texts changed, titles too. */
export function mapReason(one: Reason, change: (text: string) => string): Reason {
  return one.map((part) => {
    if (typeof part === 'string') return change(part);
    if ('target' in part) return { ...part, target: change(part.target) };
    if ('quote' in part) return { ...part, quote: change(part.quote) };
    return 'monitor' in part ? { ...part, title: change(part.title) } : part;
  });
}

/** The reason with at most so many characters, the cut shown. */
export function shortReason(one: Reason, most: number): Reason {
  if (reasonInWords(one).length <= most) return one;
  const kept: ReasonPart[] = [];
  let room = most;
  for (const part of one) {
    const length = reasonInWords([part]).length;
    if (length >= room) {
      const cut = (text: string) => `${text.slice(0, Math.max(0, text.length - (length - room) - 1))}…`;
      return [...kept, ...mapReason([part], cut)];
    }
    kept.push(part);
    room -= length;
  }
  return kept;
}

/** Everything, for the operator: in logs, commands, evidence and mails. An instant is told as far as it differs from `now`; whole without that. */
export function reasonInWords(one: Reason, now?: Instant): string {
  return one
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('monitor' in part) return part.title;
      if ('at' in part) return clockInWords(part.at, now, part);
      return (part.lead ?? '') + ('target' in part ? part.target : part.quote);
    })
    .join('');
}

/** ECMA-262, 21.4.1.1: what lies beyond is no date, and cannot be told. */
const LAST_INSTANT = 8.64e15;

/** Whether something from outside this process is a reason in parts. */
export function isReason(value: unknown): value is Reason {
  return Array.isArray(value) && value.every(isPart);
}

function isPart(value: unknown): value is ReasonPart {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { target, quote, lead, instead, monitor, title, at, zone, seconds } = value as Record<string, unknown>;
  const isText = (one: unknown) => typeof one === 'string';
  if (at !== undefined)
    return (
      typeof at === 'number' &&
      Math.abs(at) <= LAST_INSTANT &&
      (zone === undefined || isText(zone)) &&
      (seconds === undefined || seconds === true)
    );
  if (monitor !== undefined) return isText(monitor) && isText(title);
  return [lead, instead].every((one) => one === undefined || isText(one)) && isText(target) !== isText(quote);
}

/** Neighbouring words become one part; empty ones go. */
function joinedWords(parts: Reason): Reason {
  const all: ReasonPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (typeof part === 'string' && typeof last === 'string') all[all.length - 1] = last + part;
    else if (part !== '') all.push(part);
  }
  return all;
}
