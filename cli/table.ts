/**
 * Rows as lines in aligned columns, two spaces apart. The last column is not padded. A cell of more than `widest` characters pushes what follows it
 * in its own line alone.
 */
export function alignedTable(rows: readonly (readonly string[])[], widest = Number.POSITIVE_INFINITY): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, Math.min([...cell].length, widest));
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * A line of such a table as lines of at most `width` characters: the last column nearer, or below the others, and words below it. What goes on begins with
 * `indent` spaces. A longer word stays whole.
 */
export function wrapped(line: string, width: number, indent: number): string[] {
  if ([...line].length <= width) return [line];
  const gap = line.lastIndexOf('  ');
  if (gap <= indent) return wrappedWords(line, width, indent);
  const [before, last] = [line.slice(0, gap).trimEnd(), line.slice(gap + 2)];
  if ([...before, ...last].length + 2 <= width) return [`${before}  ${last}`];
  return [before, ' '.repeat(indent) + last].flatMap((one) => wrappedWords(one, width, indent));
}

/** A line as lines of at most `width` characters. What goes on begins with `indent` spaces; a longer word stays whole. */
export function wrappedWords(line: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const last = rest.lastIndexOf(' ', width);
    const end = last > indent ? last : rest.indexOf(' ', Math.max(width, indent + 1));
    if (end < 0) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = ' '.repeat(indent) + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
