import type { Row } from './row.ts';

const HEADING = ['what', 'measured', 'bar', 'floor or peer', ''] as const;

/** The rows as aligned text; a missed bar is marked at its end. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, value, bar, beside = '', ok }) => [what, value, bar, beside, verdictOf(bar, ok)]);
  const lines = [HEADING, ...cells];
  const widths = HEADING.map((_, column) => Math.max(...lines.map((line) => [...(line[column] ?? '')].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function verdictOf(bar: string, ok: boolean): string {
  if (bar === '') return '';
  return ok ? 'ok' : 'MISSED';
}
