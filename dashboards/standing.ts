import { self } from '../model/metrics/self.ts';
import type { Words } from './panel.ts';
import { calc, type Expression, select, sum } from './query.ts';

/** What the numbers of `standingOf` mean. */
export const STANDING_WORDS: Words = {
  0: ['up', 'green'],
  1: ['degraded', 'orange'],
  2: ['down', 'red'],
  3: ['unknown', 'purple'],
};

/** Where each monitor stands as one number: 0 up, 1 degraded, 2 down, 3 unknown. */
export function standingOf<const By extends 'job' | 'instance'>(by: readonly By[]): Expression<By> {
  const as = (standing: string) => sum(select(self.standing, { standing }), by);
  const degradedOrDown = calc(as('degraded'), '+', calc(as('down'), '*', 2));
  return calc(degradedOrDown, '+', calc(as('unknown'), '*', 3));
}
