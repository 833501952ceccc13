/** The list of the parts, and what each is given of those before it; with site-thread.ts the only file that knows them all. */
import { hostname } from 'node:os';
import { createChecks } from './collector/checks.ts';
import { createExports } from './collector/exports.ts';
import { openHeartbeats } from './collector/heartbeats.ts';
import { openLedgerPart } from './collector/ledger/part.ts';
import { claimStateDirectory } from './collector/ledger/state-directory.ts';
import { createResolver } from './collector/names/resolver.ts';
import { openOwnChanges } from './collector/own-changes.ts';
import { probeKinds } from './collector/probes/index.ts';
import { openPrometheusApi } from './collector/prometheus-api/part.ts';
import { openPulses } from './collector/pulses.ts';
import { openSelf } from './collector/self/self.ts';
import { openListeners } from './collector/server/listeners.ts';
import { openStore } from './collector/store.ts';
import { createOutsideDoor } from './collector/vantage/outside/outside.ts';
import { openVantages } from './collector/vantage/vantages.ts';
import { loadConfig } from './config/door.ts';
import { openReloading, type Reloaded } from './config/reloading.ts';
import { exporterKinds } from './exporters/index.ts';
import { lazyUnits } from './exporters/systemd/lazy-units.ts';
import { createLearningRedactor } from './model/redact.ts';
import type { Clock } from './model/time.ts';
import { createParts, type Parts } from './parts.ts';
import { openSite } from './status-site/part.ts';

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
  /** Reads the config again. With mistakes nothing changes. */
  reload(): Promise<Reloaded>;
  /** Resolves with the reason, in words, when the box cannot go on and is to be stopped and started again. */
  readonly broken: Promise<string>;
  /** Ends everything in order; nothing in flight is lost. */
  stop(): Promise<void>;
}

/** Opens the parts one after the other: each is one line here, and needs only what stands above it. */
async function openParts({ open, ...parts }: Parts, onBroken: (why: string) => void): Promise<void> {
  const { ledger, absence } = await open('ledger', (box) => openLedgerPart({ ...box, onGone: onBroken }));
  const changes = await open('changes', (box) => openOwnChanges({ ...box, ledger }));
  const { spool: sink, client } = await open('storage', openStore);
  await open('prometheus-api', (box) => openPrometheusApi({ ...box, client }));
  const site = await open('site', openSite);
  const pulses = await open('pulses', (box) => openPulses({ ...box, ledger }));
  const units = await open('units', ({ clock }) => lazyUnits(clock));
  const outside = await open('outside', ({ clock }) => createOutsideDoor(clock));
  const [kinds, instance] = [exporterKinds, hostname()];
  const { portVerdict } = await open('exporters', (box) =>
    createExports({ ...box, kinds, instance, sink, changed: changes.changed, outside: outside.open }),
  );
  const vantages = await open('vantages', ({ clock, log }) => {
    const surroundings = { clock, absence, units, resolve: createResolver({ clock }), pulses: pulses.latest };
    return openVantages({ kinds: probeKinds, surroundings, outside: outside.open, onTrouble: log }, portVerdict);
  });
  const checks = await open('checks', (box) =>
    createChecks({ ...box, ledger, sink, vantageFor: vantages.placeOf, onKept: site.soon }),
  );
  await open('heartbeats', (box) => openHeartbeats({ ...box, pulses, checks }));
  await open('self', (box) => openSelf({ ...box, sink, parts }));
}

/**
 * Starts the box. Rejects when the config has mistakes (`ConfigInvalid`), the state directory is taken or unusable, the
 * ledger is damaged, a part cannot take up the config, an address is in use, or with the signal's reason; what was opened
 * until then is closed again.
 */
export async function startAppliance(options: ApplianceOptions): Promise<Appliance> {
  await using opened = new AsyncDisposableStack();
  const { clock, version, config: path, signal } = options;
  const loaded = await loadConfig(path, { ...(signal && { signal }) });
  const { config } = loaded;
  const { redact, learn } = createLearningRedactor(loaded.secrets);
  const log = (message: string) => options.log(redact(message));
  const { path: stateFolder } = opened.adopt(claimStateDirectory(options.data), (one) => one.release());
  const box = { clock, log, version, redact, stateFolder, config };
  const parts = opened.adopt(createParts(box, signal), (one) => one.stop());
  const broken = Promise.withResolvers<string>();
  await openParts(parts, broken.resolve);
  await parts.begin(config);
  const { reload } = await parts.open('config', (box) =>
    openReloading({ ...box, path, loaded, learn, configure: parts.configure }),
  );
  const { url } = await parts.open('listeners', (box) => openListeners({ ...box, routes: parts.routes }));
  const running = opened.move();
  return { url, broken: broken.promise, reload, stop: () => running.disposeAsync() };
}
