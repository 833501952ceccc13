import { z } from 'zod';
import type { ProbeKind } from '../../collector/probes/index.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';
import { duration, oneOrMore, pattern, secret, textOrSecret } from '../../model/settings.ts';

/** Kinds made up for these tests, so that they hold still while the real ones change. */
const web = {
  schema: z.strictObject({
    url: textOrSecret().describe('Where to knock.'),
    method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
    expect: z
      .strictObject({
        status: oneOrMore(
          z.union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/, 'a class such as 2xx')]),
        ).optional(),
        matches: pattern().optional(),
      })
      .optional(),
    auth: z
      .union([
        z.strictObject({ basic: z.strictObject({ user: z.string(), password: secret() }) }),
        z.strictObject({ bearer: secret() }),
      ])
      .optional(),
    lock: z.strictObject({ days: z.int().min(0) }).optional(),
  }),
  shorthand: 'url',
  lint: (spec: { method: string; expect?: { matches?: unknown } | undefined }) =>
    spec.method === 'HEAD' && spec.expect?.matches !== undefined
      ? [{ path: ['expect', 'matches'], message: 'nothing about the body, which HEAD does not have' }]
      : [],
};

const lock = {
  schema: z.strictObject({ address: z.string().min(1), days: z.int().min(0).default(7) }),
  shorthand: 'address',
};

const job = {
  schema: z.strictObject({ every: duration().optional(), grace: duration().optional() }),
  defaults: { everyMs: 10_000 },
};

function kind(spec: object): ProbeKind {
  return {
    settings: async () => ({ traits: { by: 'a test' }, ...spec }) as ProbeSpec<never>,
    probe: () => Promise.reject(new Error('no config test probes')),
  };
}

export const fixtureKinds: Readonly<Record<string, ProbeKind>> = { web: kind(web), lock: kind(lock), job: kind(job) };
