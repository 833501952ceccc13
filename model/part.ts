import type { ForeignFamily } from './exporter.ts';
import type { Redact } from './redact.ts';
import type { Route } from './route.ts';
import type { Identity, Sample } from './sample.ts';
import type { Clock } from './time.ts';

/**
 * What every part is handed. What it needs of other parts are arguments beside it: only of those that were opened before. `Config` is as
 * much of the config as the part looks at: the values of its sections, by their keys.
 */
export interface PartContext<Config = unknown> {
  readonly clock: Clock;
  /** Told in one line what the operator should know; secrets are taken out of it. */
  readonly log: (message: string) => void;
  /** The state directory, which is this box's alone. A part keeps its files in a folder of its own name below it. */
  readonly stateFolder: string;
  readonly version: string;
  /** The config at the start, for what only a restart changes. Whatever a reload may change comes by `configure`. */
  readonly config: Config;
  /** Takes the secrets of this config, and of all that held since the start, out of a text. */
  readonly redact: Redact;
  /** Aborted when the box begins to stop. */
  readonly stopping: AbortSignal;
}

/** What a config differs in from the one before. */
export interface ConfigChange {
  /** It is the first one: the box starts. */
  readonly first: boolean;
  /** The monitors that are checked differently now, by name. */
  readonly changed: readonly string[];
  /** What differs, in one line without secrets; undefined when nothing does. */
  readonly words?: string;
}

/** Samples, and whose they are. */
export interface SampleGroup {
  /** The box's own when left out. */
  readonly identity?: Identity;
  readonly samples: readonly Sample[];
  /** What those are that the catalogue does not know. */
  readonly families?: readonly ForeignFamily[];
  /** They went to the sink when they were taken: they stand on `/metrics`, and are not offered again. */
  readonly offered?: true;
}

/**
 * A part of the box: it is opened with a `PartContext`, in the order of the list in `appliance.ts`, and stopped in the reverse order.
 * What it offers to other parts are properties beside these.
 */
export interface Part<Config = unknown> {
  /**
   * Takes up a config: once before the box listens, and after each reload. One that rejects goes on with what it has: it is said, `/healthz`
   * tells it until it succeeds, and the other parts go on. At the start it ends the start.
   */
  readonly configure?: (config: Config, change: ConfigChange) => void | Promise<void>;
  /** What can be asked of it. */
  readonly routes?: readonly Route[];
  /** What it measures of itself: on `/metrics`, and in the storage every 15 seconds. */
  samples?(): Iterable<SampleGroup> | AsyncIterable<SampleGroup>;
  /** What keeps it from doing its work now, in words for the operator, each a line of `/healthz`; empty when nothing does. */
  problems?(): readonly string[];
  /** Resolves once nothing of it is open: connections, processes, timers. Nothing in flight is lost. */
  stop(): void | Promise<void>;
}
