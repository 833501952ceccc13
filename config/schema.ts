import { z } from 'zod';
import { duration, oneOrMore, secret, size } from '../model/settings.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../model/time.ts';
import { STANDARD } from './standard.ts';

/** The vantages that there are. */
export const VANTAGES = ['local', 'outside'];

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

/** Names of monitors or vantages: one or a list, each once. */
function names<T extends z.ZodType<string>>(one: T) {
  return oneOrMore(one).superRefine((list, context) => {
    for (const [index, name] of list.entries())
      if (list.indexOf(name) < index) context.addIssue({ code: 'custom', path: [index], message: 'each name once' });
  });
}

/** Says what a setting does, for editors and the docs, and what it is when left out. */
function described<T extends z.ZodType>(schema: T, description: string, standard?: unknown): T {
  return schema.meta({ description, ...(standard === undefined ? {} : { default: standard }) });
}

/** A duration within bounds. */
export function between(least: number, most: number, wanted: string) {
  return duration().refine((ms) => ms >= least && ms <= most, { message: wanted });
}

const every = () => between(100, 31 * DAY, 'a duration from 100ms to 31d');
const timeout = () => between(10, HOUR, 'a duration from 10ms to 1h');
const count = () => z.int().min(1).max(100);

const confirm = z.strictObject({
  bad: described(
    count(),
    'Bad checks in a row, the first included, until it counts as down or degraded.',
    STANDARD.confirm.bad,
  ).optional(),
  good: described(count(), 'Good checks in a row until it counts as up again.', STANDARD.confirm.good).optional(),
  every: described(
    every(),
    'How soon it is checked again while that is open; never later than `every`.',
    STANDARD.confirm.every,
  ).optional(),
});

/** The settings that a monitor of any kind may have, and that `defaults` may give to all. */
const sharedShape = {
  group: described(z.string().min(1).max(80), 'The heading under which it stands on the page.', STANDARD.group),
  public: described(z.boolean(), 'Whether it may appear on the public page.', STANDARD.public),
  every: described(every(), 'How often it is checked.', STANDARD.every),
  timeout: described(timeout(), 'How long a check may take; never longer than `every`.', STANDARD.timeout),
  slow: described(timeout(), 'Slower than this is degraded.'),
  confirm: described(confirm, 'How often a result must repeat before it counts.'),
  agree: described(
    z.enum(['any', 'majority', 'all']),
    'How many of its vantages must agree before it is called up, degraded or down.',
    STANDARD.agree,
  ),
  from: described(
    names(z.enum(VANTAGES)),
    'From where it is checked: one vantage or a list. `local` is the box itself; `outside` is a network namespace of its own, from which only this machine can be reached, as a stranger would.',
    STANDARD.from,
  ),
};

/** The settings that a monitor of any kind may have. Each is validated for itself, so that one mistake hides no other. */
export const commonShape = {
  title: described(z.string().min(1).max(120), 'What people call it; its name when left out.'),
  ...sharedShape,
  needs: described(
    names(z.string().min(1)),
    'Monitors without which it cannot be reached, one or a list. While one of them is down, it is unknown, not down.',
  ),
  was: described(z.string().min(1), 'The name it had before: its history is carried over.'),
};

const defaults = z.strictObject(
  Object.fromEntries(Object.entries(sharedShape).map(([key, schema]) => [key, schema.optional()])) as {
    [Key in keyof typeof sharedShape]: z.ZodOptional<(typeof sharedShape)[Key]>;
  },
);

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

const storage = z.union(
  [
    z.literal('embedded'),
    z.strictObject({
      write: described(webAddress(), 'Where samples are sent; `/api/v1/…` is added.'),
      read: described(webAddress(), 'Where queries are asked; `/api/v1/…` is added.'),
      auth: described(auth, 'How to sign in: `basic` or `bearer`.').optional(),
    }),
  ],
  'embedded, or the write and read addresses of a VictoriaMetrics that runs elsewhere',
);

const spool = z.strictObject({
  size: described(
    size().refine((bytes) => bytes >= 10e6, { message: 'a size of at least 10MB' }),
    'How much of the disk it may take.',
    STANDARD.spool.size,
  ).optional(),
  age: described(
    between(MINUTE, 400 * DAY, 'a duration from 1m to 400d'),
    'How old a sample may become in it.',
    STANDARD.spool.age,
  ).optional(),
});

/** The keys at the top of the file, without `monitors`, whose entries are validated one by one. */
export const topShape = {
  title: described(z.string().min(1).max(120), 'The title of the status page.', STANDARD.title),
  listen: described(
    listen(),
    'Where the box listens: site, wall, pushes, heartbeats and metrics. A port alone is on 127.0.0.1.',
    STANDARD.listen,
  ),
  public: described(
    z.strictObject({ listen: described(listen(), 'Where it listens.') }),
    'A second door, off when left out, that serves the files of the site and nothing else.',
  ),
  storage: described(
    storage,
    'Where samples are kept: `embedded` runs VictoriaMetrics as a child, else the addresses of one that runs elsewhere.',
    STANDARD.storage,
  ),
  spool: described(spool, 'How much is kept on disk while VictoriaMetrics is away.'),
  online: described(
    names(z.string().min(1)),
    'Monitors of things far away, one or a list. While all of them fail, the box itself is offline and calls nothing down.',
  ),
  site: described(
    z.strictObject({
      every: described(
        between(SECOND, HOUR, 'a duration from 1s to 1h'),
        'How often it is made.',
        STANDARD.site.every,
      ).optional(),
    }),
    'The status page.',
  ),
  defaults: described(defaults, 'What holds for every monitor that does not say otherwise.'),
};

/** What the schema makes of a value. */
export type Common = { [Key in keyof typeof commonShape]?: z.output<(typeof commonShape)[Key]> };
export type Top = { [Key in keyof typeof topShape]?: z.output<(typeof topShape)[Key]> };
