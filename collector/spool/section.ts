import { z } from 'zod';
import type { Section } from '../../model/section.ts';
import { between, setting, size } from '../../model/settings.ts';
import { DAY, MINUTE } from '../../model/time.ts';

/** How much may wait until it can be sent. */
export interface SpoolBounds {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

const bounds = z
  .strictObject({
    size: setting(
      size().refine((bytes) => bytes >= 10e6, { message: 'a size of at least 10MB' }),
      'How much of the disk it may take.',
      '2GB',
    ),
    age: setting(between(MINUTE, 400 * DAY, 'a duration from 1m to 400d'), 'How old a sample may become in it.', '7d'),
  })
  .transform(({ size: maxBytes, age: maxAgeMs }) => ({ maxBytes, maxAgeMs }));

/** `spool`: what waits on disk. */
export const spool: Section<SpoolBounds> = {
  schema: setting(bounds, 'How much is kept on disk while VictoriaMetrics is away.', {}),
  restart: true,
};
