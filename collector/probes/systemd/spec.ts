import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { duration } from '../../../model/settings.ts';
import { MINUTE, SECOND } from '../../../model/time.ts';
import { busAddress, unitName, userName } from '../../../model/unit-setting.ts';
import type { UnitSpec } from './unit-spec.ts';

const user = z
  .union([z.literal(true), userName()], 'the name or number of a user, or true for the one that the box runs as')
  .meta({ examples: ['media', 1000, true] });

export const settings: ProbeSpec<UnitSpec> = {
  schema: z.strictObject({
    unit: unitName().describe('The unit. A name without an ending is that of a service.'),
    user: user
      .optional()
      .describe("The user whose systemd it is, or `true` for the box's own user. The system's when left out."),
    bus: busAddress().optional(),
    within: duration()
      .optional()
      .describe('How long the last run of a timer, or of a job that a timer starts, may lie back.'),
    patience: duration()
      .prefault('1m')
      .describe('How long it may take to start, stop or reload before that counts as down.'),
  }) as z.ZodType<UnitSpec>,
  shorthand: 'unit',
  traits: { by: 'asking systemd', asksThisMachine: true },
  lint({ unit, within }) {
    if (within === undefined || /\.(?:timer|service)$/.test(unit)) return [];
    return [{ path: ['within'], message: 'a timer or a service for within: nothing else runs and ends' }];
  },
  defaults: { everyMs: MINUTE / 2, timeoutMs: 10 * SECOND },
};
