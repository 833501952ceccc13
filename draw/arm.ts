import { LIGHT, type Palette, type SignalState } from './palette.ts';

const POST = 'M8 4h6v38h6v4H2v-4h6z';
const BLADE = 'M16 15.5h28v9H16z';
const PIVOT = '16 20';

const RAISED: Readonly<Record<SignalState, number>> = { up: -35, degraded: -14, down: 0, unknown: 0, maintenance: 0 };

/**
 * The semaphore arm as an inline SVG whose shape carries the state. It takes its colours from the page: `.post`, `.blade`
 * and `.blade-outline` are to be styled there. Hidden from screen readers: the words stand beside it.
 */
export function arm(state: SignalState): string {
  return `<svg class="arm ${state}" viewBox="0 0 48 48" aria-hidden="true" focusable="false">${shapes(state)}</svg>`;
}

/** The same arm as a document of its own with its colours inside: for a favicon, a mail, a badge. */
export function armDocument(state: SignalState, palette: Palette = LIGHT): string {
  const colour = palette[state];
  const body = shapes(state)
    .replace('class="post"', `fill="${palette.post}"`)
    .replaceAll('class="blade"', `fill="${colour}"`)
    .replace('class="blade-outline"', `fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="4 2.5"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">${body}</svg>`;
}

function shapes(state: SignalState): string {
  return `<path class="post" d="${POST}"/>${blade(state)}`;
}

function blade(state: SignalState): string {
  if (state === 'unknown') return '<path class="blade-outline" d="M17.5 17h25v6h-25z"/>';
  if (state === 'maintenance')
    return `<path class="blade" d="${BLADE}"/><path class="blade" d="M22.5 8.6l6-2.6 11 25.4-6 2.6z"/>`;
  const turn = RAISED[state];
  return `<path class="blade" d="${BLADE}"${turn === 0 ? '' : ` transform="rotate(${turn} ${PIVOT})"`}/>`;
}
