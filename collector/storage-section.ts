import { z } from 'zod';
import type { Storage } from '../model/config.ts';
import type { Section } from '../model/section.ts';
import { described, secret, setting } from '../model/settings.ts';

const WEB_WANTED = 'a URL that begins with http:// or https://';

function webAddress() {
  return z
    .string(WEB_WANTED)
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), { message: WEB_WANTED })
    .refine((text) => (URL.parse(text)?.username ?? '') === '', {
      message: 'a URL without a user or password in it; those belong under auth',
    })
    .transform((text) => text.replace(/\/+$/, ''))
    .meta({ format: 'uri', examples: ['http://metrics.lan:8428'] });
}

const auth = z.union([
  z.strictObject({
    basic: described(
      z.strictObject({
        user: described(z.string().min(1), 'The name.'),
        password: described(secret(), 'The password.'),
      }),
      'A user and a password.',
    ),
  }),
  z.strictObject({ bearer: described(secret(), 'A token.') }),
]);

/** `storage`: the VictoriaMetrics that keeps the samples. */
export const storage: Section<Storage> = {
  schema: setting(
    z.union(
      [
        z.literal('embedded'),
        z.strictObject({
          write: described(webAddress(), 'Where samples are sent; `/api/v1/…` is added.'),
          read: described(webAddress(), 'Where queries are asked; `/api/v1/…` is added.'),
          auth: described(auth, 'How to sign in: `basic` or `bearer`.').optional(),
        }),
      ],
      'embedded, or the write and read addresses of a VictoriaMetrics that runs elsewhere',
    ),
    'Where samples are kept: `embedded` runs VictoriaMetrics as a child, else the addresses of one that runs elsewhere.',
    'embedded',
  ),
  restart: true,
};
