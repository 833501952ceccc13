import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { duration, share } from '../../../model/settings.ts';
import { programPath } from '../../../programs/find-program.ts';
import { host } from '../../names/endpoint-setting.ts';
import { findPingPrograms } from './ping-programs.ts';

const schema = z.strictObject({
  host: host().describe('A host name or an IP address.'),
  count: z.int().min(1).max(100).default(5).describe('How many pings make one check.'),
  interval: duration()
    .refine((ms) => ms >= 20 && ms <= 10_000, { message: 'between 20ms and 10s' })
    .default(200)
    .meta({ description: 'The time between two of them.', default: '200ms' }),
  size: z.int().min(16).max(65_000).default(56).describe('Bytes of data in each.'),
  loss: z
    .strictObject({
      degraded: share().default(0.4).meta({ description: 'Degraded from this share on.', default: '40%' }),
      down: share().default(1).meta({ description: 'Down from this share on.', default: '100%' }),
    })
    .prefault({})
    .describe('Which share of the pings may be lost.'),
  ip: z
    .union([z.literal(4), z.literal(6)])
    .optional()
    .describe('The address family to use. Whichever the name has when left out.'),
});

/** A burst of pings to one host, in milliseconds and shares. */
export type IcmpSpec = z.output<typeof schema>;

export const settings: ProbeSpec<IcmpSpec> = {
  schema,
  shorthand: 'host',
  traits: { by: 'pings' },
  alsoCalled: ['ping'],
  async lacks() {
    if ((await findPingPrograms(programPath())).length > 0) return undefined;
    return { what: 'neither fping nor ping is installed', cure: 'install fping' };
  },
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
