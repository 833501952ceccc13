import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { duration } from '../../../model/settings.ts';
import { host } from '../../names/endpoint-setting.ts';

/** A share: `0.4` or `40%`. */
function share() {
  return z
    .union([z.number(), z.string().regex(/^\d+(\.\d+)?%$/)], { error: 'a share such as 0.4 or 40%' })
    .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1)) / 100))
    .refine((value) => value > 0 && value <= 1, { message: 'a share above 0 and at most 1 (100%)' })
    .meta({ examples: [0.4, '40%'] });
}

const schema = z.strictObject({
  host: host(),
  /** How many pings make one check. */
  count: z.int().min(1).max(100).default(5),
  /** The time between two of them. */
  interval: duration()
    .refine((ms) => ms >= 20 && ms <= 10_000, { message: 'between 20ms and 10s' })
    .default(200),
  /** Bytes of data in each. */
  size: z.int().min(16).max(65_000).default(56),
  /** From which share of lost pings on it is degraded, and from which on down. */
  loss: z.strictObject({ degraded: share().default(0.4), down: share().default(1) }).prefault({}),
  ip: z.union([z.literal(4), z.literal(6)]).optional(),
});

/** A burst of pings to one host, in milliseconds and shares. */
export type IcmpSpec = z.output<typeof schema>;

export const settings: ProbeSpec<IcmpSpec> = {
  schema,
  shorthand: 'host',
  lint: ({ loss, count, interval }) => {
    const found: { path: (string | number)[]; message: string }[] = [];
    if (loss.degraded > loss.down)
      found.push({
        path: ['loss', 'degraded'],
        message: `at most loss.down (${loss.down}): what is down is not degraded`,
      });
    if ((count - 1) * interval > 60_000)
      found.push({ path: ['count'], message: 'a burst of at most one minute: fewer pings, or a shorter interval' });
    return found;
  },
};
