import { vantageKinds } from '../collector/vantage/kinds.ts';
import { timesOf } from './compose-monitor.ts';
import type { Complain } from './inspector.ts';
import type { Defaults } from './monitor-settings.ts';
import { STANDARD } from './monitor-standard.ts';
import type { Draft } from './monitors.ts';
import { lintNeeds } from './needs.ts';
import { slugOf } from './slug.ts';
import { spanInUnits } from './span-in-units.ts';

/** The rules about settings of monitors that each are right for themselves but not together. */
export function lintMonitors(drafts: readonly Draft[], defaults: Defaults, complain: Complain): void {
  lintSlugs(drafts, complain);
  lintNeeds(drafts, complain);
  lintHeirs(drafts, complain);
  for (const draft of drafts) {
    lintTimes(draft, defaults, complain);
    lintFrom(draft, complain);
  }
}

function lintSlugs(drafts: readonly Draft[], complain: Complain): void {
  const first = new Map<string, string>();
  for (const { name } of drafts) {
    const slug = slugOf(name);
    const before = first.get(slug);
    if (before === undefined) first.set(slug, name);
    else
      complain(
        ['monitors', name],
        `came a name whose page is /m/${slug}/, as is that of ${JSON.stringify(before)}; wanted names that differ in letters or digits`,
        true,
      );
  }
}

/** A history is taken over by one monitor, and from one that is gone. */
function lintHeirs(drafts: readonly Draft[], complain: Complain): void {
  const names = new Set(drafts.map((draft) => draft.name));
  const heirs = new Map<string, string>();
  for (const { name, common } of drafts) {
    if (common.was === undefined) continue;
    const path = ['monitors', name, 'was'];
    const heir = heirs.get(common.was);
    if (names.has(common.was))
      complain(path, `came ${JSON.stringify(common.was)}, a monitor that still exists, wanted a name that is gone`);
    else if (heir !== undefined)
      complain(
        path,
        `came ${JSON.stringify(common.was)}, whose history ${JSON.stringify(heir)} takes over, wanted another`,
      );
    else heirs.set(common.was, name);
  }
}

function lintTimes(draft: Draft, defaults: Defaults, complain: Complain): void {
  const { common } = draft;
  const { everyMs, timeoutMs } = timesOf(draft, defaults);
  const path = ['monitors', draft.name];
  const atMost = (setting: string, ms: number | undefined, most: number, of: string): void => {
    if (ms !== undefined && ms > most)
      complain(
        [...path, ...setting.split('.')],
        `came ${spanInUnits(ms)}, wanted at most ${of} (${spanInUnits(most)})`,
      );
  };
  atMost('timeout', common.timeout, everyMs, 'every');
  atMost('confirm.every', common.confirm?.every, everyMs, 'every');
  atMost('slow', common.slow, timeoutMs, 'the timeout');
}

/** Not every kind can be checked from everywhere. */
function lintFrom({ name, common, kind }: Draft, complain: Complain): void {
  for (const vantage of common.from ?? []) {
    const lack = kind && vantageKinds[vantage]?.lacks?.(kind.spec.traits);
    if (lack !== undefined)
      complain(['monitors', name, 'from'], `came ${JSON.stringify(vantage)}, wanted ${STANDARD.from}: ${lack}`);
  }
}
