import { attribute } from './attribute.ts';

/** How one day was spent, as shares of the counted part of it that add up to 1. */
export interface DayShares {
  readonly up: number;
  readonly degraded: number;
  readonly down: number;
  /** Nobody was looking, or nobody could. */
  readonly unseen: number;
}

/** Height of the drawing, in its own units; drawn 1:1 it is pixels. */
export const BARS_HEIGHT = 26;
const PITCH = 4;
const WIDTH = 3;
const LEAST = 3;

/**
 * One bar a day, oldest first, as an inline SVG that stretches to the width it is given. What was bad stands at the bottom,
 * at least three units high; what was not seen is hatched with the page's pattern `#hatch`. All bars of one state are one path.
 */
export function bars(days: readonly DayShares[], label: string): string {
  const paths = [
    runs('bar-up', days, isMostlyUp),
    runs('bar-unseen', days, (day) => !isMostlyUp(day) && day.unseen > 0),
    stacked('gap', days, (day) => {
      const height = unseenPart(day);
      return { top: 0, height };
    }),
    stacked('bar-degraded', days, (day) => {
      const height = degradedPart(day);
      return { top: BARS_HEIGHT - downPart(day) - height, height };
    }),
    stacked('bar-down', days, (day) => {
      const height = downPart(day);
      return { top: BARS_HEIGHT - height, height };
    }),
  ];
  const width = days.length * PITCH - (PITCH - WIDTH);
  return `<svg class="bars" viewBox="0 0 ${width} ${BARS_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${attribute(label)}">${paths.join('')}</svg>`;
}

function isMostlyUp(day: DayShares): boolean {
  return day.up > 0;
}

function downPart(day: DayShares): number {
  return part(day.down, BARS_HEIGHT);
}

function degradedPart(day: DayShares): number {
  return Math.min(part(day.degraded, BARS_HEIGHT), BARS_HEIGHT - downPart(day));
}

/** A few seconds unseen in a day are left to the number beside the bars: less than one unit is not drawn. */
function unseenPart(day: DayShares): number {
  if (!isMostlyUp(day)) return 0;
  return Math.min(Math.round(day.unseen * BARS_HEIGHT), BARS_HEIGHT - downPart(day) - degradedPart(day));
}

function part(share: number, whole: number): number {
  return share > 0 ? Math.max(LEAST, Math.round(share * whole)) : 0;
}

/** Whole-height bars: one dashed line as thick as the bars are high for each run of days. */
function runs(name: string, days: readonly DayShares[], wanted: (day: DayShares) => boolean): string {
  let path = '';
  for (let from = 0; from < days.length; from++) {
    let to = from;
    while (to < days.length && wanted(days[to] as DayShares)) to++;
    if (to === from) continue;
    path += `M${from * PITCH} ${BARS_HEIGHT / 2}h${(to - from) * PITCH - (PITCH - WIDTH)}`;
    from = to;
  }
  return path === '' ? '' : `<path class="${name}" d="${path}"/>`;
}

function stacked(
  name: string,
  days: readonly DayShares[],
  place: (day: DayShares) => { readonly top: number; readonly height: number },
): string {
  let path = '';
  for (const [index, day] of days.entries()) {
    const { top, height } = place(day);
    if (height > 0) path += `M${index * PITCH} ${top}h${WIDTH}v${height}h-${WIDTH}z`;
  }
  return path === '' ? '' : `<path class="${name}" d="${path}"/>`;
}
