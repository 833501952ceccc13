/** Wires the parts together; with site-thread.ts the only file that knows them all. */
import { join } from 'node:path';
import { createChecks } from './collector/checks.ts';
import { openLedger } from './collector/ledger/open.ts';
import { claimStateDirectory } from './collector/ledger/state-directory.ts';
import { createResolver } from './collector/names/resolver.ts';
import { probeKinds } from './collector/probes/index.ts';
import { openPulses } from './collector/pulses.ts';
import { openDoor } from './collector/server/door.ts';
import { boxRoutes } from './collector/server/doors.ts';
import { openStore } from './collector/store.ts';
import { openVantages } from './collector/vantage/vantages.ts';
import { ConfigInvalid, type LoadedConfig, loadConfig } from './config/door.ts';
import type { Config } from './model/config.ts';
import type { SiteSpec } from './model/page.ts';
import { createRedactor } from './model/redact.ts';
import type { Secret } from './model/secret.ts';
import type { Clock } from './model/time.ts';
import { startSite } from './status-site/builder.ts';

export interface ApplianceOptions {
  /** The config: a file, or a folder of fragments. */
  readonly config: string;
  /** The state directory. */
  readonly data: string;
  readonly version: string;
  readonly clock: Clock;
  /** Told what happens, a line each, without secrets. */
  readonly log: (message: string) => void;
}

export interface Appliance {
  /** Where the box is, as an address to open. */
  readonly url: string;
  /** Reads the config again. Answers its mistakes; with any, nothing changes. */
  reload(): Promise<readonly string[]>;
  /** Ends everything in order; nothing in flight is lost. */
  stop(): Promise<void>;
}

/**
 * Starts the box. Rejects when the config has mistakes (`ConfigInvalid`), the state directory is taken or unusable, the
 * ledger is damaged, or an address is in use; what was opened until then is closed again.
 */
export async function startAppliance(options: ApplianceOptions): Promise<Appliance> {
  await using opened = new AsyncDisposableStack();
  const { clock } = options;
  let loaded = await loadConfig(options.config);
  let redact = createRedactor(loaded.secrets);
  const log = (message: string) => options.log(redact(message));

  const state = opened.adopt(claimStateDirectory(options.data), (one) => one.release());
  const ledger = opened.adopt(await openLedger(state.path, { clock, onTrouble: log }), (one) => one.close());
  const pulses = await openPulses(ledger);
  const { storage, spool: bounds, siteEveryMs } = loaded.config;
  const store = opened.adopt(await openStore({ folder: state.path, storage, bounds, clock, log }), (one) => one.stop());
  const siteFolder = join(state.path, 'site');
  const site = opened.adopt(
    startSite({ stateFolder: state.path, siteFolder, everyMs: siteEveryMs, clock, onTrouble: log }),
    (one) => one.stop(),
  );
  const surroundings = { clock, resolve: createResolver({ clock }), pulses: pulses.latest };
  const vantages = opened.adopt(openVantages(probeKinds, surroundings), (one) => one.stop());
  const checks = opened.adopt(
    createChecks({
      clock,
      ledger,
      sink: store.spool,
      redact: (text) => redact(text),
      vantageFor: vantages.placeOf,
      onCheck: () => {},
      onTransition(transition) {
        log(`${transition.monitor} is ${transition.to}: ${transition.reason}`);
        site.soon();
      },
      onTrouble: log,
    }),
    (one) => one.stop(),
  );

  async function apply(next: LoadedConfig): Promise<void> {
    loaded = next;
    redact = createRedactor(next.secrets);
    for (const { name, was } of next.config.monitors) {
      if (was !== undefined && (await ledger.rename(was, name))) pulses.rename(was, name);
    }
    await checks.configure(next.config.monitors, next.config.online);
    site.refresh(siteSpecOf(next.config));
  }

  /** One reload at a time: an editor that saves twice must not have the older text win. */
  let reloading: Promise<readonly string[]> = Promise.resolve([]);
  function reload(): Promise<readonly string[]> {
    reloading = reloading.then(async () => {
      try {
        await apply(await loadConfig(options.config));
        return [];
      } catch (error) {
        if (error instanceof ConfigInvalid) return error.mistakes.map(String);
        throw error;
      }
    });
    return reloading;
  }

  await apply(loaded);
  const door = opened.adopt(
    await openDoor(
      loaded.config.listen,
      boxRoutes({
        site: siteFolder,
        metrics: () => '',
        ailments: () => [],
        now: clock.now,
        known: (name) => heartbeatOf(loaded.config, name),
        keep: async (pulse) => {
          await pulses.keep(pulse);
          checks.now(pulse.monitor).catch((error: unknown) => log(String(error)));
        },
      }),
      { setting: 'listen' },
    ),
    (one) => one.close(),
  );
  const running = opened.move();
  return { url: door.url, reload, stop: () => running.disposeAsync() };
}

function heartbeatOf(config: Config, name: string): { token?: Secret } | undefined {
  const monitor = config.monitors.find((one) => one.name === name && one.kind === 'heartbeat');
  return monitor && (monitor.spec as { token?: Secret });
}

function siteSpecOf(config: Config): SiteSpec {
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
