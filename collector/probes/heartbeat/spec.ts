import { Cron } from 'croner';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { messageOf } from '../../../model/errors.ts';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { duration, SECRET_WANTED, secret } from '../../../model/settings.ts';
import { MINUTE, SECOND, spanInWords } from '../../../model/time.ts';
import { CRON_RULES, dueAfter } from './due.ts';
import type { HeartbeatSpec } from './heartbeat.ts';

const cron = z
  .string()
  .superRefine((text, context) => {
    const wrong = whatIsWrong(text);
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
  })
  .meta({ examples: ['15 3 * * *'] });

function whatIsWrong(text: string): string | undefined {
  const wanted = 'a cron expression of five fields (minute, hour, day, month, weekday) such as 15 3 * * *, or @daily';
  if (!text.trim().startsWith('@') && text.trim().split(/\s+/).length !== 5) return wanted;
  try {
    // Paused and without a function it only computes.
    if (new Cron(text, { ...CRON_RULES, paused: true }).nextRun() === null)
      return 'a cron expression that comes true some day';
    return undefined;
  } catch (fault) {
    return `${wanted} (${messageOf(fault).replace(/^CronPattern: /, '')})`;
  }
}

const timezone = z
  .string()
  .superRefine((name, context) => {
    if (isZone(name)) return;
    const near = closest(name, Intl.supportedValuesOf('timeZone'));
    context.addIssue({ code: 'custom', message: `the name of a time zone, as ${near}` });
  })
  .meta({ examples: ['Europe/London'] });

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const TOKEN_WANTED = `${SECRET_WANTED}; or none, when whoever reaches the box may report`;

/** The settings of a heartbeat. */
export const settings = {
  schema: z.strictObject({
    every: duration().optional().describe('How often the job reports, counted from its last report.'),
    cron: cron.optional().describe('When the job is due, as it stands in its crontab.'),
    timezone: timezone.optional().describe("The zone that cron's times are in. The box's own when left out."),
    grace: duration().prefault('1m').describe('How long after it was due it may report.'),
    token: z
      .union([z.literal('none'), secret()], TOKEN_WANTED)
      .describe(
        'What a report must bring: as `Authorization: Bearer`, or as `?token=`. `none`: whoever reaches the box may report.',
      ),
    max_run: duration().optional().describe('How long after its start signal it may run.'),
  }) as z.ZodType<HeartbeatSpec>,
  traits: { by: 'its own reports', waitsForReports: true, latencyIsRunTime: true },
  alsoCalled: ['push'],
  details: ({ every, cron, timezone }) => [every === undefined ? cron : `every ${spanInWords(every)}`, timezone],
  nextRun(spec, after) {
    if (spec.cron === undefined) return undefined;
    const timezone = spec.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    return { at: dueAfter(spec, after), timezone };
  },
  lint(spec) {
    const mistakes = [];
    if ((spec.every === undefined) === (spec.cron === undefined))
      mistakes.push({ path: [spec.every === undefined ? '' : 'cron'], message: 'either every or cron' });
    if (spec.timezone !== undefined && spec.cron === undefined)
      mistakes.push({ path: ['timezone'], message: 'a timezone only beside cron: every follows no calendar' });
    if (spec.every !== undefined && spec.every < SECOND) mistakes.push({ path: ['every'], message: 'at least 1s' });
    if (spec.max_run !== undefined && spec.max_run < SECOND)
      mistakes.push({ path: ['max_run'], message: 'at least 1s' });
    return mistakes.map(({ path, message }) => ({ path: path.filter((key) => key !== ''), message }));
  },
  defaults: { everyMs: MINUTE / 2, timeoutMs: 5 * SECOND, confirm: { bad: 1, good: 1 } },
} satisfies ProbeSpec<HeartbeatSpec>;
