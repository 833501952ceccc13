import { isFalse, type Outcome } from './outcome.ts';

/** A line for each scenario: how many ports are reachable by truth, how many verdicts agree, which findings were made. */
export function drawTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, comparisons, findings, wrong }) => {
    const reachable = comparisons.filter(({ reached }) => reached).length;
    const unknown = comparisons.filter(({ said }) => said?.verdict === 'unknown').length;
    const wrongVerdicts = comparisons.filter(isFalse).length;
    const checks = [...new Set(findings.map(({ check }) => check))].join(' ');
    return [
      wrong.length === 0 ? 'ok' : 'WRONG',
      name,
      `${reachable}/${comparisons.length}`,
      `${comparisons.length - unknown - wrongVerdicts} right, ${unknown} unknown, ${wrongVerdicts} wrong`,
      checks || '-',
    ];
  });
  const all = [['', 'scenario', 'reachable', 'verdicts', 'findings'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
