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
}

/** More flaws than anybody reads are not told. */
const MOST_FLAWS = 100;
/** So many bytes are read in one turn of the loop: 3 ms at 100 MB/s. */
const TURN_BYTES = 256 << 10;

/** Reads a whole text at once. Instants are in milliseconds, whatever the format has. Never throws: what is wrong is a flaw. */
export function readExposition(text: Buffer, options: ReadOptions): Reading {
  const reading = begin(text, options);
  reading.readOn(text.length + 1);
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

function begin(given: Buffer, { format, lenient: asked = false }: ReadOptions): Begun {
  const lenient = asked && format === 'prometheus';
  const text = format === 'openmetrics' ? ended(given) : lenient ? withoutForeignMarks(given) : given;
  // What comes behind the last line feed is half a line: it is no part of the text, and a flaw.
  const whole = text.subarray(0, text.lastIndexOf(LINE_FEED) + 1);
  const scanner = createScanner(whole);
  const reader = format === 'openmetrics' ? createOpenMetricsReader(scanner) : createPrometheusReader(scanner, lenient);
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
      if (flaws.length < MOST_FLAWS) flaws.push(place(broken));
      return false;
    }
  }

  function readOn(bytes: number): boolean {
    const until = scanner.at + bytes;
    while (!over && scanner.at < whole.length && scanner.at < until) {
      const from = scanner.at;
      const to = proper ? from : whole.indexOf(LINE_FEED, from) + 1;
      if (attempt(() => (proper ? readLines(until) : readLine(from, to)))) continue;
      scanner.at = whole.indexOf(LINE_FEED, Math.max(from, scanner.at)) + 1;
      over = !lenient;
    }
    return !over && scanner.at < whole.length;
  }

  function readLines(until: number): void {
    while (scanner.at < whole.length && scanner.at < until) reader.line();
  }

  function readLine(from: number, to: number): void {
    checkUtf8(whole, from, to);
    reader.line();
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
