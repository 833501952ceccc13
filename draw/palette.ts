import type { Standing } from '../model/standing.ts';

/** What an arm or a bar can show: a standing, or announced work. */
export type SignalState = Standing | 'maintenance';

export const SIGNAL_STATES: readonly SignalState[] = ['up', 'degraded', 'down', 'unknown', 'maintenance'];

/** The colours of one theme, as `#rrggbb`. Text on `paper` in `ink`, `secondary`, `down`, `up` or `degraded-text` has a contrast of 4.5:1 and more. */
export type Palette = Readonly<
  Record<SignalState | 'paper' | 'ink' | 'secondary' | 'hairline' | 'post' | 'bar' | 'degraded-text', string>
>;

export const LIGHT: Palette = {
  paper: '#faf8f3',
  ink: '#22211e',
  secondary: '#6d6a62',
  hairline: '#ddd8cb',
  post: '#6d6a62',
  bar: '#5f9d78',
  up: '#2f7d4f',
  degraded: '#b97900',
  'degraded-text': '#8a5a00',
  down: '#b8321f',
  unknown: '#8b8778',
  maintenance: '#3a6796',
};

export const DARK: Palette = {
  paper: '#171613',
  ink: '#ece8dd',
  secondary: '#9c978a',
  hairline: '#35322b',
  post: '#9c978a',
  bar: '#4f9169',
  up: '#63b882',
  degraded: '#e0a83a',
  'degraded-text': '#e0a83a',
  down: '#ea6a54',
  unknown: '#7d796c',
  maintenance: '#7fb0e0',
};

/** The palette as custom properties, to stand inside a rule: `--paper:#faf8f3;--ink:…`. */
export function asProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}
