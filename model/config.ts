import type { ExporterSettings } from './exporter.ts';
import type { Monitor } from './monitor.ts';
import type { Secret } from './secret.ts';

/** Where the box listens. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

export type Auth =
  | { readonly basic: { readonly user: string; readonly password: Secret } }
  | { readonly bearer: Secret };

/** A VictoriaMetrics that somebody else runs: base URLs, to which `/api/v1/...` is added. */
export interface RemoteStorage {
  readonly write: string;
  readonly read: string;
  readonly auth?: Auth;
}

export type Storage = 'embedded' | RemoteStorage;

/** The whole of `signalbox.yml`, validated, with every default filled in, deeply frozen. */
export interface Config {
  readonly title: string;
  /** The box: site, wall, pushes, heartbeats, /metrics. */
  readonly listen: Listen;
  /** A second port that serves the site's files and nothing else; undefined when off. */
  readonly publicListen?: Listen;
  readonly storage: Storage;
  readonly spool: { readonly maxBytes: number; readonly maxAgeMs: number };
  /** Names of the monitors that tell whether the box itself is online. */
  readonly online: readonly string[];
  /** How often the site is made. */
  readonly siteEveryMs: number;
  readonly monitors: readonly Monitor[];
  /** What the box collects beside its checks. */
  readonly exporters: readonly ExporterSettings[];
}
