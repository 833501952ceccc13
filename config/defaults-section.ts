import { z } from 'zod';
import type { Section } from '../model/section.ts';
import { described } from '../model/settings.ts';
import { type Defaults, sharedShape } from './monitor-settings.ts';
import { spanInUnits } from './span-in-units.ts';

const shape = Object.fromEntries(Object.entries(sharedShape).map(([key, schema]) => [key, schema.optional()])) as {
  [Key in keyof typeof sharedShape]: z.ZodOptional<(typeof sharedShape)[Key]>;
};

/** `defaults`: what all monitors share. It has been made a part of them: nobody else asks for it. */
export const defaults: Section<Defaults> = {
  schema: described(z.strictObject(shape).prefault({}), 'What holds for every monitor that does not say otherwise.'),
  lint({ every, timeout }) {
    if (every === undefined || timeout === undefined || timeout <= every) return [];
    return [
      { path: ['timeout'], message: `came ${spanInUnits(timeout)}, wanted at most every (${spanInUnits(every)})` },
    ];
  },
};
