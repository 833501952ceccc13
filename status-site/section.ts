import { z } from 'zod';
import type { Section } from '../model/section.ts';
import { between, setting } from '../model/settings.ts';
import { HOUR, SECOND } from '../model/time.ts';

/** `title`: what the page is called. */
export const title: Section<string> = {
  schema: setting(z.string().min(1).max(120), 'The title of the status page.', 'Signalbox'),
};

/** `site`: how the status page is made. */
export const site: Section<{ readonly everyMs: number }> = {
  schema: setting(
    z
      .strictObject({
        every: setting(between(SECOND, HOUR, 'a duration from 1s to 1h'), 'How often it is made.', '30s'),
      })
      .transform(({ every }) => ({ everyMs: every })),
    'The status page.',
    {},
  ),
  restart: true,
};
