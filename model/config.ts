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
  readonly auth?: Auth | undefined;
}

export type Storage = 'embedded' | RemoteStorage;
