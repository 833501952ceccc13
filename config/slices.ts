import type { SiteSpec } from '../model/page.ts';
import type { Secret } from '../model/secret.ts';
import type { Config } from './config.ts';

/** The heartbeat of that name, as its door sees it. */
export function heartbeatOf(config: Config, name: string): { token?: Secret } | undefined {
  const monitor = config.monitors.find((one) => one.name === name && one.kind === 'heartbeat');
  return monitor && (monitor.spec as { token?: Secret });
}

/** What the site is made from. */
export function siteSpecOf(config: Config): SiteSpec {
  const monitors = config.monitors.map(({ name, slug, title, group, public: open, kind, everyMs }) => ({
    name,
    slug,
    title,
    group,
    public: open,
    kind,
    everyMs,
  }));
  return { title: config.title, monitors };
}
