/** Where a panel stands on the grid of 24 columns. */
export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** How large a panel wants to be; without a width it shares what is left of its line with the others. */
export interface Size {
  readonly title: string;
  readonly width?: number;
}

const COLUMNS = 24;

/** Places the panels of one line beside each other. Throws where they do not fill it, or do not fit. */
export function placeLine(line: readonly Size[], y: number, height: number): GridPos[] {
  const taken = line.reduce((sum, { width = 0 }) => sum + width, 0);
  const sharing = line.filter(({ width }) => width === undefined).length;
  const left = COLUMNS - taken;
  if (left < sharing * 3 || (sharing === 0 && left !== 0)) {
    const names = line.map(({ title, width }) => `"${title}" ${width ?? 'any'}`).join(', ');
    throw new Error(`a line has ${COLUMNS} columns, and a panel at least 3; these want others: ${names}`);
  }
  let x = 0;
  let shared = 0;
  return line.map(({ width }) => {
    const w = width ?? share(left, sharing, shared++);
    const place = { x, y, w, h: height };
    x += w;
    return place;
  });
}

/** What is left over is given to the first. */
function share(of: number, among: number, index: number): number {
  return Math.floor(of / among) + (index < of % among ? 1 : 0);
}
