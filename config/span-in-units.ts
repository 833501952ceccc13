const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A span in milliseconds as the config writes it: `1m30s`. */
export function spanInUnits(ms: number): string {
  let rest = ms;
  let words = '';
  for (const [unit, size] of UNITS) {
    if (rest < size) continue;
    words += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return words === '' ? '0s' : words;
}
