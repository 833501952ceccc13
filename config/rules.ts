import { STANDARD_LISTEN, timesOf } from './compose.ts';
import type { Complain } from './inspector.ts';
import type { Draft } from './monitors.ts';
import { lintNeeds, noMonitor } from './needs.ts';
import type { Top } from './schema.ts';
import { slugOf } from './slug.ts';
import { spanInUnits } from './span-in-units.ts';
import { STANDARD } from './standard.ts';

/** The rules about settings that each are right for themselves but not together. */
export function lintTogether(
  top: Top,
  drafts: readonly Draft[],
  value: Readonly<Record<string, unknown>>,
  complain: Complain,
): void {
  lintSlugs(drafts, complain);
  lintNeeds(drafts, complain);
  lintNames(top, drafts, value, complain);
  for (const draft of drafts) {
    lintTimes(draft, top, complain);
    lintFrom(draft, complain);
  }
  lintDefaults(top, complain);
  lintListen(top, complain);
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

function lintNames(
  top: Top,
  drafts: readonly Draft[],
  value: Readonly<Record<string, unknown>>,
  complain: Complain,
): void {
  const names = new Set(drafts.map((draft) => draft.name));
  const listed = Array.isArray(value.online);
  for (const [index, name] of (top.online ?? []).entries())
    if (!names.has(name)) complain(listed ? ['online', index] : ['online'], noMonitor(name, names));
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

function lintTimes(draft: Draft, top: Top, complain: Complain): void {
  const { common } = draft;
  const { everyMs, timeoutMs } = timesOf(draft, top.defaults ?? {});
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

/** What reports to the box itself is seen from there alone. */
function lintFrom({ name, common, kind }: Draft, complain: Complain): void {
  const other = common.from?.find((vantage) => vantage !== STANDARD.from);
  if (kind?.spec.comesIn && other !== undefined)
    complain(['monitors', name, 'from'], `came ${JSON.stringify(other)}, wanted local: it reports to the box itself`);
}

function lintDefaults(top: Top, complain: Complain): void {
  const { every, timeout } = top.defaults ?? {};
  if (every !== undefined && timeout !== undefined && timeout > every)
    complain(['defaults', 'timeout'], `came ${spanInUnits(timeout)}, wanted at most every (${spanInUnits(every)})`);
}

function lintListen(top: Top, complain: Complain): void {
  const box = top.listen ?? STANDARD_LISTEN;
  const site = top.public?.listen;
  if (site !== undefined && site.port === box.port && site.port !== 0)
    complain(['public', 'listen'], `came port ${site.port}, where the box itself listens; wanted another`);
}
