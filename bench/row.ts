/** One line of the bench's table. */
export interface Row {
  readonly what: string;
  readonly value: string;
  /** What it must keep to; empty where it is only told. */
  readonly bar: string;
  /** The floor below it, or a peer beside it, measured in the same run. */
  readonly beside?: string;
  readonly ok: boolean;
}

/** A measured number against a bar it must not exceed. */
export function atMost(what: string, value: number, bar: number, unit: string, beside?: string): Row {
  const row = { what, value: shown(value, unit), bar: `≤ ${shown(bar, unit)}`, ok: value <= bar };
  return beside === undefined ? row : { ...row, beside };
}

/** A measured number that must reach a bar. */
export function atLeast(what: string, value: number, bar: number, unit: string): Row {
  return { what, value: shown(value, unit), bar: `≥ ${shown(bar, unit)}`, ok: value >= bar };
}

/** What is worth knowing and has no bar. */
export function told(what: string, value: string, beside?: string): Row {
  return { what, value, bar: '', ok: true, ...(beside !== undefined && { beside }) };
}

/** A number as the table has it: `1,234 µs`, `9.7 ms`. */
export function shown(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`.trim();
}

/** The value below which the share `q` of all values lies. */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
