import type { Auth, Config, Storage } from '../model/config.ts';
import type { ExporterSettings } from '../model/exporter.ts';
import type { Monitor } from '../model/monitor.ts';
import { parseDuration, parseSize } from '../model/settings.ts';
import type { Draft } from './monitors.ts';
import type { Common, Top } from './schema.ts';
import { slugOf } from './slug.ts';
import { STANDARD } from './standard.ts';

/** Where the box listens when nothing is said. */
export const STANDARD_LISTEN = { host: '127.0.0.1', port: STANDARD.listen };

function standardMs(written: string): number {
  return parseDuration(written) ?? 0;
}

/** The whole config with every default filled in. */
export function composeConfig(top: Top, drafts: readonly Draft[], exporters: readonly ExporterSettings[]): Config {
  return {
    title: top.title ?? STANDARD.title,
    listen: top.listen ?? STANDARD_LISTEN,
    ...(top.public === undefined ? {} : { publicListen: top.public.listen }),
    storage: storageOf(top.storage),
    spool: {
      maxBytes: top.spool?.size ?? parseSize(STANDARD.spool.size) ?? 0,
      maxAgeMs: top.spool?.age ?? standardMs(STANDARD.spool.age),
    },
    online: top.online ?? [],
    siteEveryMs: top.site?.every ?? standardMs(STANDARD.site.every),
    monitors: drafts.flatMap((draft) => composeMonitor(draft, top.defaults ?? {}) ?? []),
    exporters,
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
    group: common.group ?? defaults.group ?? STANDARD.group,
    public: common.public ?? defaults.public ?? STANDARD.public,
    ...timesOf(draft, defaults),
    needs: common.needs ?? [],
    agree: common.agree ?? defaults.agree ?? STANDARD.agree,
    vantages: common.from ?? (kind.spec.comesIn ? undefined : defaults.from) ?? [STANDARD.from],
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
