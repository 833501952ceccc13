import { METHODS } from 'node:http';
import { z } from 'zod';
import type { Port } from '../../../model/monitor.ts';
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
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '' && parsed.port !== '0';
}

function portOf({ protocol, port }: URL): Port {
  return { protocol: 'tcp', number: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

const hop = z.strictObject({
  status: oneOrMore(status()).optional().describe('What the redirect must answer. Any of 3xx when left out.'),
  to: z.string().min(1).describe('Where it must lead: an address, or a path on the same host.'),
}) satisfies z.ZodType<Hop>;

const follow = z.number().int().min(0).max(20).describe('How many redirects are followed at most.');

const redirects = z.union([
  follow.transform((most) => ({ follow: most })),
  z
    .array(hop)
    .min(1)
    .transform((chain) => ({ chain })),
  z.strictObject({ follow }),
  z.strictObject({ chain: z.array(hop).min(1).describe('Every redirect there must be, in order, and no other.') }),
]);

const auth = z.union([
  z.strictObject({
    basic: z
      .strictObject({
        user: z.string().min(1).describe('The name.'),
        password: secret().describe('The password.'),
      })
      .describe('A user and a password.'),
  }),
  z.strictObject({ bearer: secret().describe('A token.') }),
]);

const schema = z.strictObject({
  url: url().describe('The address to ask for, with http:// or https://.'),
  method: z
    .string()
    .toUpperCase()
    .refine((name) => ASKABLE.includes(name), { message: 'a method such as GET, HEAD or POST' })
    .optional()
    .describe('GET when left out, POST where there is a body.'),
  headers: z.record(z.string().min(1), textOrSecret()).optional().describe('Headers to send, by name.'),
  body: textOrSecret().optional().describe('The body to send.'),
  auth: auth.optional().describe('How to sign in: `basic` or `bearer`.'),
  expect: expectations().optional().describe('What the response must be. A status of 2xx when left out.'),
  redirects: redirects
    .default({ follow: FOLLOW })
    .meta({ description: 'How many redirects are followed, or the whole chain as it must be.', default: FOLLOW }),
  ip: z
    .union([z.literal(4), z.literal(6), z.literal('both')])
    .optional()
    .describe('The address family to use; `both` must both work. Whichever the name has when left out.'),
  tls: z.strictObject(tlsKeys).optional().describe('What the TLS connection must be like.'),
  max_body: size()
    .refine((bytes) => bytes <= MOST_BODY, { message: 'at most 32MB' })
    .default(MAX_BODY)
    .meta({ description: 'How much of the body is read.', default: '1MB' }),
});

/** The settings of `http:`. */
export const settings: ProbeSpec<HttpSpec> = {
  schema,
  shorthand: 'url',
  traits: { by: 'a web request' },
  port: (spec) => portOf(new URL(reveal(spec.url))),
  alsoCalled: ['https', 'url', 'website'],
  lint: lintHttp,
};
