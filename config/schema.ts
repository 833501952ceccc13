import { z } from 'zod';
import { duration, oneOrMore, secret, size } from '../model/settings.ts';

/** The vantages that there are. */
export const VANTAGES = ['local'];

const LISTEN_WANTED = 'a port, or an address with one, such as 8300, 0.0.0.0:8300 or [::]:8300';

/** An address to listen on; a port alone is on loopback. */
function listen() {
  return z
    .union([z.number(), z.string()], LISTEN_WANTED)
    .transform((written, context) => {
      const [, host, port] = /^(?:(\[[\da-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/.exec(String(written)) ?? [];
      if (port !== undefined && Number(port) <= 65_535)
        return { host: (host ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port: Number(port) };
      context.issues.push({ code: 'custom', input: written, message: LISTEN_WANTED });
      return z.NEVER;
    })
    .meta({ examples: [8300, '0.0.0.0:8300', '[::]:8300'] });
}

function between(least: number, most: number, wanted: string) {
  return duration().refine((ms) => ms >= least && ms <= most, { message: wanted });
}

const every = () => between(100, 31 * 86_400_000, 'a duration from 100ms to 31d');
const timeout = () => between(10, 3_600_000, 'a duration from 10ms to 1h');
const count = () => z.int().min(1).max(100);

const confirm = z
  .strictObject({
    bad: count().describe('Bad checks in a row, the first included, until it counts as down or degraded.').optional(),
    good: count().describe('Good checks in a row until it counts as up again.').optional(),
    every: every().describe('How soon it is checked again while that is open.').optional(),
  })
  .describe('How often a result must repeat before it counts.');

/** The settings that a monitor of any kind may have, and `defaults` may give to all: each optional. */
const sharedShape = {
  group: z.string().min(1).max(80).describe('The heading under which it stands on the page.'),
  public: z.boolean().describe('Whether it may appear on the public page.'),
  every: every().describe('How often it is checked.'),
  timeout: timeout().describe('How long a check may take; never more than `every`.'),
  slow: timeout().describe('Slower than this is degraded.'),
  confirm,
  agree: z
    .enum(['any', 'majority', 'all'])
    .describe('How many of its vantages must agree before it is called up, degraded or down.'),
  from: oneOrMore(z.enum(VANTAGES)).describe('From where it is checked: one vantage or a list.'),
};

/** The settings that a monitor of any kind may have. Each stands for itself, so that one mistake hides no other. */
export const commonShape = {
  title: z.string().min(1).max(120).describe('What people call it; the name where it has none.'),
  ...sharedShape,
  needs: oneOrMore(z.string().min(1)).describe(
    'Monitors without which this one cannot be reached. While one of them is down, this one is unknown, not down.',
  ),
  was: z.string().min(1).describe('The name it had before: its history is carried over.'),
};

const defaults = z
  .strictObject(
    Object.fromEntries(Object.entries(sharedShape).map(([key, schema]) => [key, schema.optional()])) as {
      [Key in keyof typeof sharedShape]: z.ZodOptional<(typeof sharedShape)[Key]>;
    },
  )
  .describe('What holds for every monitor that does not say otherwise.');

const webAddress = () =>
  z
    .string('a URL that begins with http:// or https://')
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), {
      message: 'a URL that begins with http:// or https://',
    })
    .refine((text) => (URL.parse(text)?.username ?? '') === '', {
      message: 'a URL without a user or password in it; those belong under auth',
    })
    .transform((text) => text.replace(/\/+$/, ''))
    .meta({ format: 'uri' });

const auth = z
  .union([
    z.strictObject({ basic: z.strictObject({ user: z.string().min(1), password: secret() }) }),
    z.strictObject({ bearer: secret() }),
  ])
  .describe('How to sign in: basic (user and password) or bearer (a token).');

const storage = z
  .union([
    z.literal('embedded'),
    z.strictObject({
      write: webAddress().describe('Where samples are sent; /api/v1/… is added.'),
      read: webAddress().describe('Where queries are asked; /api/v1/… is added.'),
      auth: auth.optional(),
    }),
  ])
  .describe(
    'Where the samples are kept: `embedded` runs VictoriaMetrics as a child, else the addresses of one that runs.',
  );

/** The keys at the top of the file, without `monitors`, whose entries are validated one by one. */
export const topShape = {
  title: z.string().min(1).max(120).describe('The title of the status page.'),
  listen: listen().describe('Where the box listens: site, wall, pushes, heartbeats and metrics.'),
  public: z
    .strictObject({ listen: listen().describe('Where it listens.') })
    .describe('A second door, off by default, that serves the files of the site and nothing else.'),
  storage,
  spool: z
    .strictObject({
      size: size()
        .refine((bytes) => bytes >= 10e6, { message: 'a size of at least 10MB' })
        .describe('How much of the disk it may take.')
        .optional(),
      age: between(60_000, 400 * 86_400_000, 'a duration from 1m to 400d')
        .describe('How old a sample may become in it.')
        .optional(),
    })
    .describe('How much is kept while VictoriaMetrics is away.'),
  online: oneOrMore(z.string().min(1)).describe(
    'Monitors of things far away. While all of them fail, the box itself is offline, and nothing else is called down.',
  ),
  site: z
    .strictObject({
      every: between(1_000, 3_600_000, 'a duration from 1s to 1h').describe('How often it is made.').optional(),
    })
    .describe('The status page.'),
  defaults,
};

/** What the schema makes of a value. */
export type Common = { [Key in keyof typeof commonShape]?: z.output<(typeof commonShape)[Key]> };
export type Top = { [Key in keyof typeof topShape]?: z.output<(typeof topShape)[Key]> };
