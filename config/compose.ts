import type { Auth, Config, Storage } from '../model/config.ts';
import type { Monitor } from '../model/monitor.ts';
import { DAY, SECOND } from '../model/time.ts';
import type { Draft } from './monitors.ts';
import type { Common, Top } from './schema.ts';
import { slugOf } from './slug.ts';

/** The whole config with every default filled in. */
export function composeConfig(top: Top, drafts: readonly Draft[]): Config {
  return {
    title: top.title ?? 'Signalbox',
    listen: top.listen ?? { host: '127.0.0.1', port: 8300 },
    ...(top.public === undefined ? {} : { publicListen: top.public.listen }),
    storage: storageOf(top.storage),
    spool: { maxBytes: top.spool?.size ?? 2e9, maxAgeMs: top.spool?.age ?? 7 * DAY },
    online: top.online ?? [],
    siteEveryMs: top.site?.every ?? 30 * SECOND,
    monitors: drafts.flatMap((draft) => composeMonitor(draft, top.defaults ?? {}) ?? []),
  };
}

function storageOf(written: Top['storage']): Storage {
  if (written === undefined || written === 'embedded') return 'embedded';
  const { auth, write, read } = written;
  return auth === undefined ? { write, read } : { write, read, auth: auth satisfies Auth };
}

function composeMonitor(draft: Draft, defaults: Top['defaults'] & object): Monitor | undefined {
  const { name, common, kind, spec } = draft;
  if (kind === undefined || spec === undefined) return undefined;
  const slowMs = common.slow ?? defaults.slow;
  return {
    name,
    slug: slugOf(name),
    title: common.title ?? name,
    group: common.group ?? defaults.group ?? 'Services',
    public: common.public ?? defaults.public ?? true,
    ...timesOf(draft, defaults),
    needs: common.needs ?? [],
    agree: common.agree ?? defaults.agree ?? 'majority',
    vantages: common.from ?? defaults.from ?? ['local'],
    ...(slowMs === undefined ? {} : { slowMs }),
    ...(common.was === undefined ? {} : { was: common.was }),
    kind: kind.name,
    spec,
  };
}

/** What a monitor says wins, then `defaults`, then what suits its kind; a timeout or confirmation that nobody asked for is never longer than the interval. */
export function timesOf(
  draft: { readonly common: Common; readonly kind?: Draft['kind'] },
  defaults: Top['defaults'] & object,
): Pick<Monitor, 'everyMs' | 'timeoutMs' | 'confirm'> {
  const { common } = draft;
  const kind = draft.kind?.spec.defaults ?? {};
  const everyMs = common.every ?? defaults.every ?? kind.everyMs ?? 30 * SECOND;
  return {
    everyMs,
    timeoutMs: common.timeout ?? Math.min(everyMs, defaults.timeout ?? kind.timeoutMs ?? 10 * SECOND),
    confirm: {
      bad: common.confirm?.bad ?? defaults.confirm?.bad ?? kind.confirm?.bad ?? 2,
      good: common.confirm?.good ?? defaults.confirm?.good ?? kind.confirm?.good ?? 2,
      everyMs:
        common.confirm?.every ?? Math.min(everyMs, defaults.confirm?.every ?? kind.confirm?.everyMs ?? 5 * SECOND),
    },
  };
}
