import { z } from 'zod';
import type { ExporterSpec } from '../../model/exporter-spec.ts';
import { duration } from '../../model/settings.ts';
import { MINUTE } from '../../model/time.ts';
import type { MountsSettings } from './settings.ts';

const PATH_WANTED = 'an absolute path such as /srv/media';

function path() {
  return z
    .string(PATH_WANTED)
    .refine((text) => /^\/(?!.*(?:\/\/|\/\.\.?(?:\/|$)))[^\0]*$/s.test(text), { message: PATH_WANTED })
    .transform((text) => (text === '/' ? text : text.replace(/\/$/, '')))
    .meta({ type: 'string', pattern: '^/', examples: ['/srv/media'] });
}

export const settings: ExporterSpec<MountsSettings> = {
  schema: z
    .strictObject({
      expect: z
        .array(path())
        .default([])
        .meta({ description: 'Mount points that must be mounted. They are watched whatever is skipped.', default: [] }),
      writable: z.array(path()).default([]).meta({ description: 'The same, and they must be writable.', default: [] }),
      skip: z
        .array(path())
        .default([])
        .meta({ description: 'Mount points to leave out, with everything below them.', default: [] }),
      skip_types: z.array(z.string().min(1)).default([]).describe('Types of file systems to leave out, such as tmpfs.'),
      timeout: duration()
        .refine((ms) => ms >= 100 && ms <= MINUTE, { message: 'a duration from 100ms to 1m' })
        .default(5_000)
        .meta({ description: 'A file system that takes longer to answer is not healthy.', default: '5s' }),
      root: path()
        .default('/')
        .meta({
          description: "Where the machine's root file system is mounted, when the box runs in a container.",
          default: '/',
          examples: ['/host'],
        }),
    })
    .transform(({ skip_types: skipTypes, timeout: timeoutMs, ...rest }) => ({ ...rest, skipTypes, timeoutMs }))
    .describe('Every mount: whether its file system answers, and how full it is.'),
};
