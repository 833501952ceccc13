import type { Labels, Sample } from '../model/sample.ts';

const TO_ESCAPE = /["\\\n]/;
const EACH_TO_ESCAPE = /["\\\n]/g;
const ESCAPED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n' };

/** Samples as lines of the Prometheus text format 0.0.4, each ended by a newline; `at` in milliseconds where a sample has one. Names are written as they are. */
export function writeText(samples: Iterable<Sample>): string {
  let text = '';
  for (const { name, labels, value, at } of samples) {
    text += `${seriesText(name, labels)} ${numberText(value)}${at === undefined ? '' : ` ${Math.round(at)}`}\n`;
  }
  return text;
}

/** A series as it stands before its value: `name{label="value"}`, or the bare name without labels. */
export function seriesText(name: string, labels: Labels): string {
  let inside = '';
  for (const label in labels) inside += `${inside === '' ? '' : ','}${labelText(label, labels[label] ?? '')}`;
  return inside === '' ? name : `${name}{${inside}}`;
}

/** One label with its value escaped: `path="C:\\temp"`. */
export function labelText(name: string, value: string): string {
  return `${name}="${TO_ESCAPE.test(value) ? value.replace(EACH_TO_ESCAPE, (one) => ESCAPED[one] ?? one) : value}"`;
}

/** A number as Go's `ParseFloat` reads it: `0.25`, `1e+21`, `NaN`, `+Inf`, `-Inf`. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
