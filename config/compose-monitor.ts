import type { Monitor } from '../model/monitor.ts';
import { parseDuration } from '../model/settings.ts';
import type { Common, Defaults } from './monitor-settings.ts';
import { STANDARD } from './monitor-standard.ts';
import type { Draft } from './monitors.ts';
import { slugOf } from './slug.ts';

function standardMs(written: string): number {
  return parseDuration(written) ?? 0;
}

/** A monitor with every default filled in; undefined when its probe has mistakes. */
export function composeMonitor(draft: Draft, defaults: Defaults): Monitor | undefined {
  const { name, common, kind, spec } = draft;
  if (kind === undefined || spec === undefined) return undefined;
  const slowMs = common.slow ?? defaults.slow;
  return {
    name,
    slug: slugOf(name),
    title: common.title ?? name,
    group: common.group ?? defaults.group ?? STANDARD.group,
    public: common.public ?? defaults.public ?? STANDARD.public,
    ...timesOf(draft, defaults),
    ...failureRateOf(common.failure_rate, defaults.failure_rate),
    needs: common.needs ?? [],
    agree: common.agree ?? defaults.agree ?? STANDARD.agree,
    vantages: common.from ?? (kind.spec.traits.waitsForReports ? undefined : defaults.from) ?? [STANDARD.from],
    ...(slowMs === undefined ? {} : { slowMs }),
    ...(common.was === undefined ? {} : { was: common.was }),
    kind: kind.name,
    traits: kind.spec.traits,
    spec,
  };
}

/** What a monitor says wins, then `defaults`, then what suits its kind; a timeout or confirmation that nobody asked for is never longer than the interval. */
export function timesOf(
  draft: { readonly common: Common; readonly kind?: Draft['kind'] },
  defaults: Defaults,
): Pick<Monitor, 'everyMs' | 'timeoutMs' | 'confirm'> {
  const { common } = draft;
  const kind = draft.kind?.spec.defaults ?? {};
  const everyMs = common.every ?? defaults.every ?? kind.everyMs ?? standardMs(STANDARD.every);
  return {
    everyMs,
    timeoutMs: common.timeout ?? Math.min(everyMs, defaults.timeout ?? kind.timeoutMs ?? standardMs(STANDARD.timeout)),
    confirm: {
      bad: common.confirm?.bad ?? defaults.confirm?.bad ?? kind.confirm?.bad ?? STANDARD.confirm.bad,
      good: common.confirm?.good ?? defaults.confirm?.good ?? kind.confirm?.good ?? STANDARD.confirm.good,
      everyMs:
        common.confirm?.every ??
        Math.min(everyMs, defaults.confirm?.every ?? kind.confirm?.everyMs ?? standardMs(STANDARD.confirm.every)),
    },
  };
}

function failureRateOf(own: Common['failure_rate'], shared: Common['failure_rate']): Pick<Monitor, 'failureRate'> {
  if (own === false || (own === undefined && shared === false)) return {};
  const given = { ...(shared || {}), ...own };
  const { window = STANDARD.failure_rate.window, least = STANDARD.failure_rate.least } = given;
  const share = given.share ?? Number.parseFloat(STANDARD.failure_rate.share) / 100;
  return { failureRate: { window, least: Math.min(least, window), share } };
}
