import { z } from 'zod';
import { vantageKinds } from '../collector/vantage/kinds.ts';
import { between, described, names, share } from '../model/settings.ts';
import { DAY, HOUR } from '../model/time.ts';
import { STANDARD } from './monitor-standard.ts';

const vantages = Object.entries(vantageKinds);
const externals = vantages.filter(([, { external }]) => external).map(([name]) => `\`${name}\``);

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

const failureRate = z
  .strictObject({
    window: described(
      z.int().min(2).max(200),
      'How many of its latest checks are looked at.',
      STANDARD.failure_rate.window,
    ).optional(),
    least: described(
      z.int().min(1).max(200),
      'So many of them must have failed, at least.',
      STANDARD.failure_rate.least,
    ).optional(),
    share: described(share(), 'And this share of them.', STANDARD.failure_rate.share).optional(),
  })
  .refine(({ window = STANDARD.failure_rate.window, least = STANDARD.failure_rate.least }) => least <= window, {
    message: `at most window (${STANDARD.failure_rate.window} when left out)`,
    path: ['least'],
  });

/** The settings that a monitor of any kind may have, and that `defaults` may give to all. */
export const sharedShape = {
  group: described(z.string().min(1).max(80), 'The heading under which it stands on the page.', STANDARD.group),
  public: described(z.boolean(), 'Whether it may appear on the public page.', STANDARD.public),
  every: described(every(), 'How often it is checked.', STANDARD.every),
  timeout: described(timeout(), 'How long a check may take; never longer than `every`.', STANDARD.timeout),
  slow: described(timeout(), 'Slower than this is degraded.'),
  confirm: described(confirm, 'How often a result must repeat before it counts.'),
  failure_rate: described(
    z.union([z.literal(false), failureRate], 'false, or how many checks may fail'),
    'How often it may fail without two bad checks in a row before it is degraded; `false` lets it fail.',
  ),
  agree: described(
    z.enum(['any', 'majority', 'all']),
    `How many of its vantages must agree before it is called up, degraded or down. \`any\` when left out where ${externals.join(' or ')} is among them.`,
    STANDARD.agree,
  ),
  from: described(
    names(z.enum(Object.keys(vantageKinds))),
    `From where it is checked: one vantage or a list. ${vantages.map(([name, { about }]) => `\`${name}\` is ${about}`).join('; ')}.`,
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

/** What a monitor says of itself, as far as it is right. */
export type Common = { [Key in keyof typeof commonShape]?: z.output<(typeof commonShape)[Key]> | undefined };

/** What `defaults` says of all monitors. */
export type Defaults = { [Key in keyof typeof sharedShape]?: z.output<(typeof sharedShape)[Key]> | undefined };
