import { attribute } from './attribute.ts';

/** One step of time in a line chart: what was measured in it, or nothing. All in the same unit. */
export interface LineStep {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** What is marked along the foot of a chart. */
export type Trouble = 'degraded' | 'down' | 'unknown';

/** A line chart to draw: equal steps of time, undefined where nothing was measured. */
export interface LineDrawing {
  readonly steps: readonly (LineStep | undefined)[];
  /** For each step the worst that was seen in it; undefined where all was well. */
  readonly trouble: readonly (Trouble | undefined)[];
  /** The value at the top edge; what is higher is cut off there. */
  readonly top: number;
  readonly label: string;
}

const HEIGHT = 100;
const STEP = 3;

/**
 * A line over time as an inline SVG that stretches to the width it is given: the middle as a line, the range as a band behind it,
 * three hairlines at the top, half and foot of the scale, and trouble as a strip along the foot. A step without a measurement is a gap.
 */
export function line(drawing: LineDrawing): string {
  const width = drawing.steps.length * STEP;
  const y = (value: number) => round(HEIGHT - (Math.min(value, drawing.top) / drawing.top) * HEIGHT);
  const parts = [
    `<path class="grid" d="M0 0h${width}M0 ${HEIGHT / 2}h${width}M0 ${HEIGHT}h${width}"/>`,
    path('band', bandOf(drawing.steps, y)),
    path('curve', curveOf(drawing.steps, y)),
    ...(['unknown', 'degraded', 'down'] as const).map((state) =>
      path(`strip ${state}`, stripOf(drawing.trouble, state)),
    ),
  ];
  return `<svg class="line" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${attribute(drawing.label)}">${parts.join('')}</svg>`;
}

/** The smallest of 1, 2, 4, 6, 8, 10 times a power of ten that is not below `most`, so that its half is short in words too. */
export function scaleTop(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  for (const factor of [1, 2, 4, 6, 8]) if (most <= factor * power) return factor * power;
  return 10 * power;
}

type Steps = LineDrawing['steps'];

function curveOf(steps: Steps, y: (value: number) => number): string {
  let drawn = '';
  let pen = false;
  for (const [index, step] of steps.entries()) {
    if (step !== undefined) {
      const lonely = !pen && steps[index + 1] === undefined;
      drawn += `${pen ? 'L' : 'M'}${middleOf(index)} ${y(step.middle)}${lonely ? 'h.01' : ''}`;
    }
    pen = step !== undefined;
  }
  return drawn;
}

function bandOf(steps: Steps, y: (value: number) => number): string {
  let drawn = '';
  for (let from = 0; from < steps.length; from++) {
    const above: string[] = [];
    const below: string[] = [];
    for (let at = from; at < steps.length; at++) {
      const step = steps[at];
      if (step === undefined) break;
      above.push(`${middleOf(at)} ${y(step.high)}`);
      below.unshift(`${middleOf(at)} ${y(step.low)}`);
    }
    if (above.length > 1) drawn += `M${above.join('L')}L${below.join('L')}z`;
    from += above.length;
  }
  return drawn;
}

function stripOf(trouble: LineDrawing['trouble'], state: Trouble): string {
  let drawn = '';
  for (const [index, seen] of trouble.entries())
    if (seen === state) drawn += `M${index * STEP} ${HEIGHT - 4}h${STEP}v4h-${STEP}z`;
  return drawn;
}

function middleOf(index: number): number {
  return index * STEP + STEP / 2;
}

function path(name: string, data: string): string {
  return data === '' ? '' : `<path class="${name}" d="${data}"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
