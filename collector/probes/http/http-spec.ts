import type { Secret } from '../../../model/secret.ts';
import type { TlsSettings } from '../tls/tls-settings.ts';

/** What an http monitor asks for and expects, as the config door validated it. */
export interface HttpSpec {
  readonly url: string | Secret;
  /** GET, or POST when there is a body. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string | Secret>> | undefined;
  readonly body?: string | Secret | undefined;
  readonly auth?: HttpAuth | undefined;
  readonly expect?: Expectations | undefined;
  readonly redirects: { readonly follow: number } | { readonly chain: readonly Hop[] };
  /** Either when absent; `both` must both work. */
  readonly ip?: 4 | 6 | 'both' | undefined;
  readonly tls?: TlsSettings | undefined;
  /** Bytes of the body that are read, and likewise of what it decodes to. */
  readonly max_body: number;
}

export type HttpAuth =
  | { readonly basic: { readonly user: string; readonly password: Secret } }
  | { readonly bearer: Secret };

/** One redirect of an asserted chain: what must answer, and where it must lead. */
export interface Hop {
  readonly status?: readonly StatusRange[] | undefined;
  readonly to: string;
}

/** The statuses from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export interface Expectations {
  readonly status?: readonly StatusRange[] | undefined;
  readonly body?: readonly BodyTest[] | undefined;
  readonly headers?: Readonly<Record<string, HeaderTest>> | undefined;
  readonly json?: readonly JsonTest[] | undefined;
  readonly mark?: Mark | undefined;
}

/** A text, or an expression's source; `not` turns it round. */
export type BodyTest =
  | { readonly contains: string; readonly not: boolean }
  | { readonly matches: string; readonly not: boolean };

export type HeaderTest =
  | { readonly equals: string }
  | { readonly contains: string }
  | { readonly matches: string }
  | { readonly absent: true };

/** What only the right site's responses have. */
export type Mark = BodyTest | { readonly header: string; readonly value?: string | undefined };

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Every value that `path` selects must satisfy all that is said, and there must be one, unless `exists` is false. */
export interface JsonTest {
  readonly path: string;
  readonly equals?: Json | undefined;
  readonly not?: Json | undefined;
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
  readonly matches?: string | undefined;
  readonly exists?: boolean | undefined;
}
