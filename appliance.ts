/** Wires the parts together; with site-thread.ts the only file that knows them all. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createChecks } from './collector/checks.ts';
import { createExports, type Exports } from './collector/exports.ts';
import { suitHeapTo } from './collector/heap.ts';
import { openLedger } from './collector/ledger/open.ts';
import { claimStateDirectory } from './collector/ledger/state-directory.ts';
import { createResolver } from './collector/names/resolver.ts';
import { openOwnChanges } from './collector/own-changes.ts';
import { probeKinds } from './collector/probes/index.ts';
import { openPulses } from './collector/pulses.ts';
import { openSelf, type Self } from './collector/self/self.ts';
import { openDoor } from './collector/server/door.ts';
import { adminRoutes, boxRoutes, publicRoutes } from './collector/server/doors.ts';
import { openStore } from './collector/store.ts';
import { createOutsideDoor } from './collector/vantage/outside/outside.ts';
import { openVantages } from './collector/vantage/vantages.ts';
import { differenceOf } from './config/difference.ts';
import { differenceInWords } from './config/difference-words.ts';
import { ConfigInvalid, type LoadedConfig, loadConfig } from './config/door.ts';
import { oneAtATime } from './config/one-at-a-time.ts';
import { heartbeatOf, siteSpecOf } from './config/slices.ts';
import { type ConfigWatch, watchConfig } from './config/watch.ts';
import { exporterKinds } from './exporters/index.ts';
import { lazyUnits } from './exporters/systemd/lazy-units.ts';
import { trueUntil } from './model/page.ts';
import { createRedactor } from './model/redact.ts';
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
  /** Ends the start; afterwards `stop` ends the box. */
  readonly signal?: AbortSignal;
}

export interface Appliance {
  /** Where the box is, as an address to open. */
  readonly url: string;
  /** Reads the config again. Answers its mistakes; with any, nothing changes. */
  reload(): Promise<readonly string[]>;
  /** Resolves with the reason, in words, when the box cannot go on and is to be stopped and started again. */
  readonly broken: Promise<string>;
  /** Ends everything in order; nothing in flight is lost. */
  stop(): Promise<void>;
}

/**
 * Starts the box. Rejects when the config has mistakes (`ConfigInvalid`), the state directory is taken or unusable, the
 * ledger is damaged, an address is in use, or with the signal's reason; what was opened until then is closed again.
 */
export async function startAppliance(options: ApplianceOptions): Promise<Appliance> {
  await using opened = new AsyncDisposableStack();
  const { clock, version, signal } = options;
  let loaded = await loadConfig(options.config, { ...(signal && { signal }) });
  const secrets = new Set(loaded.secrets);
  let redact = createRedactor(secrets);
  const log = (message: string) => options.log(redact(message));

  const state = opened.adopt(claimStateDirectory(options.data), (one) => one.release());
  const broken = Promise.withResolvers<string>();
  const ledger = opened.adopt(await openLedger(state.path, { clock, onTrouble: log, onGone: broken.resolve }), (one) =>
    one.close(),
  );
  signal?.throwIfAborted();
  const own = openOwnChanges({ ledger, clock, redact: (text) => redact(text), onTrouble: log });
  const pulses = await openPulses(ledger);
  const {
    storage,
    spool: bounds,
    site: { everyMs: siteEveryMs },
  } = loaded.config;
  const store = opened.adopt(await openStore({ folder: state.path, storage, bounds, clock, log }), (one) => one.stop());
  const self: Self = opened.adopt(
    openSelf({
      clock,
      sink: store.spool,
      version,
      stands: () => checks.stands(),
      others: store.samples,
      exported: () => exports.samples(),
      onTrouble: log,
    }),
    (one) => one.stop(),
  );
  let builtAt = clock.monotonic();
  const siteFolder = join(state.path, 'site');
  const site = opened.adopt(
    startSite({
      stateFolder: state.path,
      siteFolder,
      everyMs: siteEveryMs,
      clock,
      onTrouble: log,
      onBuilt: () => {
        builtAt = clock.monotonic();
      },
    }),
    (one) => one.stop(),
  );
  const lastWritten = await ledger.flushes.last();
  const absence = lastWritten === undefined ? undefined : { from: lastWritten, to: clock.now() };
  const units = opened.adopt(lazyUnits(clock), (one) => one.stop());
  const surroundings = { clock, absence, units, resolve: createResolver({ clock }), pulses: pulses.latest };
  const outside = opened.adopt(createOutsideDoor(clock), (one) => one.stop());
  const vantages = opened.adopt(openVantages(probeKinds, surroundings, outside.open, log), (one) => one.stop());
  const checks = opened.adopt(
    createChecks({
      clock,
      ledger,
      sink: store.spool,
      redact: (text) => redact(text),
      vantageFor: vantages.placeOf,
      onCheck: self.check,
      onTransition(transition) {
        log(`${transition.monitor} is ${transition.to}: ${transition.reason}`);
        self.transition(transition);
      },
      onKept: site.soon,
      onTrouble: log,
    }),
    (one) => one.stop(),
  );

  const exports: Exports = opened.adopt(
    createExports({
      clock,
      sink: store.spool,
      kinds: exporterKinds,
      instance: hostname(),
      folder: join(state.path, 'exporters'),
      changed: own.changed,
      outside: outside.open,
      onTrouble: log,
    }),
    (one) => one.stop(),
  );

  let watch: ConfigWatch | undefined;
  opened.defer(() => watch?.close());
  async function apply(next: LoadedConfig): Promise<void> {
    const { changed, restart } = differenceOf(loaded, next);
    const words = differenceInWords(loaded, next);
    loaded = next;
    // A secret that was replaced is still one: checks under way may bring it back, and it may still open a door.
    for (const secret of next.secrets) secrets.add(secret);
    redact = createRedactor(secrets);
    for (const { name, was } of next.config.monitors) {
      if (was !== undefined && (await ledger.rename(was, name))) pulses.rename(was, name);
    }
    await pulses.expect(
      next.config.monitors.filter((one) => one.kind === 'heartbeat').map((one) => one.name),
      clock.now(),
    );
    suitHeapTo(next.config.monitors);
    await checks.configure(next.config.monitors, next.config.online);
    await exports.configure(next.config.exporters);
    self.configured(true, next.config.monitors);
    if (words !== undefined) await own.config(next.config, words);
    for (const name of changed) checks.now(name).catch((error: unknown) => log(String(error)));
    for (const words of restart) log(`${words}: this holds from the next start of the box`);
    site.refresh(siteSpecOf(next.config));
    watch?.close();
    watch = watchConfig(next.files, () => void reload(), log, clock, next.stamp);
  }

  const ending = new AbortController();
  const reloads = oneAtATime(async (): Promise<readonly string[]> => {
    try {
      await apply(await loadConfig(options.config, { signal: ending.signal }));
      log('the config was read again and holds');
      return [];
    } catch (error) {
      if (ending.signal.aborted) return ['the box is stopping'];
      self.configured(false);
      if (!(error instanceof ConfigInvalid)) log(`the config could not be read again: ${error}`);
      else log(`the config has mistakes, and the one before goes on:\n${error.message}`);
      return error instanceof ConfigInvalid ? error.message.split('\n') : [String(error)];
    }
  });
  const reload = reloads.again;

  await own.version(version);
  await own.config(loaded.config);
  await apply(loaded);
  signal?.throwIfAborted();
  const open = async (
    place: Parameters<typeof openDoor>[0],
    routes: Parameters<typeof openDoor>[1],
    setting?: string,
  ) =>
    opened.adopt(
      await openDoor(place, routes, {
        ...(setting && { setting }),
        onFault: (fault, where) => log(`${where}: ${fault}`),
      }),
      (one) => one.close(),
    );
  const { listen, public: publicSite } = loaded.config;
  await open({ socket: join(state.path, 'admin.sock') }, adminRoutes({ version, stands: checks.stands, reload }));
  if (publicSite) {
    const { url } = await open(publicSite.listen, publicRoutes(siteFolder), 'public.listen');
    log(`the site alone is at ${url}`);
  }
  const box = await open(
    listen,
    boxRoutes({
      site: siteFolder,
      metrics: self.page,
      ailments() {
        const page = clock.monotonic() > trueUntil(builtAt, siteEveryMs) ? ['the status page could not be made'] : [];
        return [...page, ...checks.ailments()];
      },
      now: clock.now,
      known: (name) => heartbeatOf(loaded.config, name),
      keep: async (pulse) => {
        await pulses.keep(pulse.log === undefined ? pulse : { ...pulse, log: redact(pulse.log) });
        checks.now(pulse.monitor).catch((error: unknown) => log(String(error)));
      },
      onRefused: (name, why) => log(`a heartbeat for ${JSON.stringify(name.slice(0, 80))} was refused: ${why}`),
    }),
    'listen',
  );
  opened.defer(() => {
    ending.abort();
    return reloads.settled();
  });
  const running = opened.move();
  return { url: box.url, broken: broken.promise, reload, stop: () => running.disposeAsync() };
}
