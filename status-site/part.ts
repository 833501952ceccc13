import { join } from 'node:path';
import type { Monitor } from '../model/monitor.ts';
import { type SiteSpec, trueUntil } from '../model/page.ts';
import type { Part, PartContext } from '../model/part.ts';
import { startSite } from './builder.ts';
import { siteRoutes } from './serve.ts';

interface SiteConfig {
  readonly title: string;
  readonly site: { readonly everyMs: number };
  readonly monitors: readonly Monitor[];
}

/** The status site: made from the ledger, and served. */
export interface SitePart extends Part<SiteConfig> {
  /** Makes it within a second: something has changed. */
  soon(): void;
}

/** Begins to make the site once it is configured; its files are in `site` in the state directory. */
export function openSite({
  clock,
  log,
  stateFolder,
  config: {
    site: { everyMs },
  },
}: Pick<PartContext<SiteConfig>, 'clock' | 'log' | 'stateFolder' | 'config'>): SitePart {
  let builtAt = clock.monotonic();
  const siteFolder = join(stateFolder, 'site');
  const site = startSite({
    stateFolder,
    siteFolder,
    everyMs,
    clock,
    onTrouble: log,
    onBuilt: () => {
      builtAt = clock.monotonic();
    },
  });
  return {
    configure: (config) => site.refresh(siteSpecOf(config)),
    routes: siteRoutes(siteFolder),
    problems: () => (clock.monotonic() > trueUntil(builtAt, everyMs) ? ['the status page could not be made'] : []),
    soon: site.soon,
    stop: site.stop,
  };
}

function siteSpecOf({ title, monitors }: SiteConfig): SiteSpec {
  return {
    title,
    monitors: monitors
      .filter((one) => one.public)
      .map(({ name, slug, title, group, traits, everyMs }) => ({ name, slug, title, group, traits, everyMs })),
  };
}
