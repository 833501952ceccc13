import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Flaw, ReadFamily, Reading } from './family.ts';
import { LINE_FEED } from './reading/characters.ts';
import { Broken, createPlaces } from './reading/flaws.ts';
import { createOpenMetricsReader } from './reading/openmetrics.ts';
import { createPrometheusReader } from './reading/prometheus.ts';
import { createScanner } from './reading/scanner.ts';
import { checkUtf8, withoutForeignMarks } from './reading/text.ts';

export interface ReadOptions {
  /** The Prometheus text format 0.0.4, or OpenMetrics 1.0. */
  readonly format: 'prometheus' | 'openmetrics';
  /** Passes over lines with flaws and reads all others: for the Prometheus format alone. */
  readonly lenient?: boolean;
  /** An instant behind a value is a flaw: for the Prometheus format alone. */
  readonly untimed?: boolean;
}

/** More flaws than anybody reads are not told. */
const MOST_FLAWS = 100;
/** So many bytes are read in one turn of the loop: about a millisecond, before V8 has compiled this five. No line may be longer: it could not be read in turns. */
const TURN_BYTES = 128 << 10;
const LONGEST_LINE = TURN_BYTES;
/** And so many lines that are wrong: each costs a few microseconds. */
const BROKEN_A_TURN = 1000;

/** Reads a whole text at once. Instants are in milliseconds, whatever the format has. Never throws: what is wrong is a flaw. */
export function readExposition(text: Buffer, options: ReadOptions): Reading {
  const reading = begin(text, options);
  while (reading.readOn(text.length)) {}
  return reading.end();
}

/** Like `readExposition`, for texts of more than a few hundred kilobytes: the loop has a turn every few milliseconds. Rejects only when `signal` is aborted. */
export async function readExpositionInTurns(text: Buffer, options: ReadOptions, signal: AbortSignal): Promise<Reading> {
  const reading = begin(text, options);
  while (reading.readOn(TURN_BYTES)) await setImmediate(undefined, { signal });
  return reading.end();
}

interface Begun {
  /** Reads about so many bytes more; whether there are more. */
  readOn(bytes: number): boolean;
  end(): Reading;
}

function begin(given: Buffer, { format, lenient: asked = false, untimed = false }: ReadOptions): Begun {
  const lenient = asked && format === 'prometheus';
  const text = format === 'openmetrics' ? ended(given) : lenient ? withoutForeignMarks(given) : given;
  // What comes behind the last line feed is half a line: it is no part of the text, and a flaw.
  const whole = text.subarray(0, text.lastIndexOf(LINE_FEED) + 1);
  const scanner = createScanner(whole);
  const reader =
    format === 'openmetrics' ? createOpenMetricsReader(scanner) : createPrometheusReader(scanner, lenient, untimed);
  const place = createPlaces(text);
  const flaws: Flaw[] = [];
  const proper = isUtf8(text);
  let over = !proper && !lenient && !attempt(() => checkUtf8(text, 0, text.length));

  /** Whether it did not break; else there is a flaw. */
  function attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (broken) {
      if (!(broken instanceof Broken)) throw broken;
      // The line feed that we may have added is not the sender's.
      if (flaws.length < MOST_FLAWS) flaws.push(place(Math.min(broken.at, given.length), broken.message));
      return false;
    }
  }

  function readOn(bytes: number): boolean {
    const until = scanner.at + bytes;
    let broke = 0;
    while (!over && scanner.at < whole.length && scanner.at < until && broke < BROKEN_A_TURN) {
      const from = scanner.at;
      if (attempt(() => readLines(endOfLines(from, until)))) continue;
      broke++;
      scanner.at = nextLine(Math.max(from, scanner.at));
      over = !lenient;
    }
    return !over && scanner.at < whole.length;
  }

  function nextLine(from: number): number {
    return whole.indexOf(LINE_FEED, from) + 1;
  }

  /** Where the lines end that are read at once: as many as the turn allows, or one where some are not UTF-8. */
  function endOfLines(from: number, until: number): number {
    const last = proper ? whole.lastIndexOf(LINE_FEED, Math.min(until, from + LONGEST_LINE) - 1) + 1 : 0;
    const end = last > from ? last : nextLine(from);
    if (end - from <= LONGEST_LINE) return end;
    throw new Broken(from, `came a line of ${end - from} bytes, wanted at most ${LONGEST_LINE}`);
  }

  function readLines(until: number): void {
    if (!proper) checkUtf8(whole, scanner.at, until);
    while (scanner.at < until) reader.line();
  }

  return {
    readOn,
    end() {
      if (!over && whole.length < text.length)
        over = !attempt(() => {
          throw new Broken(text.length, 'came the end of the text, wanted a line feed at the end of the last line');
        });
      if (!over || lenient) attempt(() => reader.end());
      return { families: flaws.length > 0 && !lenient ? [] : reader.families.map(finished), flaws };
    },
  };
}

function finished({ name, type, help, unit, samples }: ReadFamily): ReadFamily {
  return { name, type, help, unit, samples };
}

/** OpenMetrics may leave out the last line feed. */
function ended(text: Buffer): Buffer {
  return text.length === 0 || text.at(-1) === LINE_FEED ? text : Buffer.concat([text, Buffer.of(LINE_FEED)]);
}
