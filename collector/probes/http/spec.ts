import { METHODS } from 'node:http';
import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { reveal } from '../../../model/secret.ts';
import { oneOrMore, secret, size, textOrSecret } from '../../../model/settings.ts';
import { tlsKeys } from '../tls/tls-settings.ts';
import { expectations, status } from './expect-settings.ts';
import type { Hop, HttpSpec } from './http-spec.ts';
import { lintHttp } from './lint.ts';

/** What a check is unless it says otherwise. */
const FOLLOW = 5;
const MAX_BODY = 1_000_000;
const MOST_BODY = 32_000_000;

/** A method that Node can send and that means something to a server asked as an origin. */
const ASKABLE = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE');

function url() {
  return textOrSecret()
    .refine((value) => isHttpUrl(reveal(value)), { message: 'an address such as https://example.net/path' })
    .meta({ format: 'uri', examples: ['https://example.net/'] });
}

function isHttpUrl(text: string): boolean {
  const parsed = URL.parse(text);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '';
}

const hop = z.strictObject({
  status: oneOrMore(status()).optional(),
  to: z.string().min(1),
}) satisfies z.ZodType<Hop>;

const follow = z.number().int().min(0).max(20);

const redirects = z.union([
  follow.transform((most) => ({ follow: most })),
  z
    .array(hop)
    .min(1)
    .transform((chain) => ({ chain })),
  z.strictObject({ follow }),
  z.strictObject({ chain: z.array(hop).min(1) }),
]);

const auth = z.union([
  z.strictObject({ basic: z.strictObject({ user: z.string().min(1), password: secret() }) }),
  z.strictObject({ bearer: secret() }),
]);

const schema = z.strictObject({
  url: url(),
  method: z
    .string()
    .toUpperCase()
    .refine((name) => ASKABLE.includes(name), { message: 'a method such as GET, HEAD or POST' })
    .optional(),
  headers: z.record(z.string().min(1), textOrSecret()).optional(),
  body: textOrSecret().optional(),
  auth: auth.optional(),
  expect: expectations().optional(),
  redirects: redirects.default({ follow: FOLLOW }),
  ip: z.union([z.literal(4), z.literal(6), z.literal('both')]).optional(),
  tls: z.strictObject(tlsKeys).optional(),
  max_body: size()
    .refine((bytes) => bytes <= MOST_BODY, { message: 'at most 32MB' })
    .default(MAX_BODY),
});

/** The settings of `http:`. */
export const settings: ProbeSpec<HttpSpec> = { schema, shorthand: 'url', lint: lintHttp };
