/** The box from its start to its end. What it is made of stands in appliance.ts. */
import { openParts } from './appliance.ts';
import { claimStateDirectory } from './collector/ledger/state-directory.ts';
import { openListeners } from './collector/server/listeners.ts';
import { loadConfig } from './config/door.ts';
import { openReloading, type Reloaded } from './config/reloading.ts';
import { createLearningRedactor } from './model/redact.ts';
import type { Clock } from './model/time.ts';
import { createParts } from './parts.ts';

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
  const { path: stateFolder } = opened.adopt(claimStateDirectory(options.data, log), (one) => one.release());
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
