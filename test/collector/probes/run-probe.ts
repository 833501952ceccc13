import { createClock } from '../../../collector/clock.ts';
import { createResolver } from '../../../collector/names/resolver.ts';
import type { Finding } from '../../../model/finding.ts';
import type { Probe, ProbeContext } from '../../../model/probe.ts';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { type Told, told } from '../../told.ts';

const clock = createClock();
const resolve = createResolver({ clock });

/** Runs one check as the box would: settings through their schema, a deadline, the real clock and resolver. */
export async function runProbe<Spec>(
  kind: { readonly settings: ProbeSpec<Spec>; readonly probe: Probe<Spec> },
  settings: unknown,
  options: Partial<ProbeContext> = {},
): Promise<Told> {
  const spec = kind.settings.schema.parse(settings);
  const timeoutMs = options.timeoutMs ?? 5_000;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  try {
    const context = {
      monitor: 'tested',
      signal: deadline.signal,
      timeoutMs,
      clock,
      resolve,
      pulses: () => ({}),
      ...options,
    };
    return told(await kind.probe(spec, context));
  } finally {
    clearTimeout(timer);
  }
}

/** What the settings' schema and rules say is wrong, as `path: message`. */
export function mistakes<Spec>(settings: ProbeSpec<Spec>, written: unknown): string[] {
  const parsed = settings.schema.safeParse(written);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return (settings.lint?.(parsed.data) ?? []).map((one) => `${one.path.join('.')}: ${one.message}`);
}

/** The value of a sample, by `name` or `name{label="value"}`; undefined when there is none. */
export function sampled(finding: Pick<Finding, 'samples'>, written: string): number | undefined {
  return finding.samples?.find((one) => {
    const labels = Object.entries(one.labels).map(([name, value]) => `${name}="${value}"`);
    return written === (labels.length === 0 ? one.name : `${one.name}{${labels.join(',')}}`);
  })?.value;
}
