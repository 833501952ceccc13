import { USUAL_VANTAGE, vantageKinds } from '../collector/vantage/kinds.ts';
import type { Agreement, KindTraits, Monitor } from '../model/monitor.ts';
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
  const port = kind.spec.port?.(spec);
  const vantages = common.from ?? vantagesFor(kind.spec.traits, defaults.from ?? []);
  return {
    name,
    slug: slugOf(name),
    title: common.title ?? name,
    group: common.group ?? defaults.group ?? STANDARD.group,
    public: common.public ?? defaults.public ?? STANDARD.public,
    ...timesOf(draft, defaults),
    ...failureRateOf(common.failure_rate, defaults.failure_rate),
    needs: common.needs ?? [],
    agree: common.agree ?? defaults.agree ?? agreementOf(vantages),
    vantages,
    ...(slowMs === undefined ? {} : { slowMs }),
    ...(common.was === undefined ? {} : { was: common.was }),
    kind: kind.name,
    traits: kind.spec.traits,
    ...(port && { port }),
    spec,
  };
}

/** Those of all monitors' vantages that this kind can be checked from. */
function vantagesFor(traits: KindTraits, shared: readonly string[]): readonly string[] {
  const fit = shared.filter((name) => vantageKinds[name]?.lacks?.(traits) === undefined);
  return fit.length === 0 ? [USUAL_VANTAGE] : fit;
}

/** Where an external client cannot reach it, it is down for all of them, whatever is seen from within. */
function agreementOf(vantages: readonly string[]): Agreement {
  return vantages.some((name) => vantageKinds[name]?.external) ? 'any' : STANDARD.agree;
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
