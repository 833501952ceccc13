import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { CodedError } from './errors.ts';

/** A request as a route's handler sees it. Everything in it comes from outside. */
export interface Asked {
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  /** What stood in the place of each `:name` of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The decoded segments in the place of a final `*`. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the client has gone away. */
  readonly signal: AbortSignal;
  /** The whole body. Rejects with `BodyTooLarge`, answered 413, when it is longer than `limit` bytes. */
  readonly read: (limit: number) => Promise<Buffer>;
  /** Reads the body to its end, however long, and keeps only its last `bytes`. */
  readonly tail: (bytes: number) => Promise<Buffer>;
}

/** What a handler answers. A `Readable` body is closed whatever happens. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
  /** It is long text, which goes out in gzip to whoever takes that. Not for a `Readable`. */
  readonly compressible?: true;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Where the box listens: `box` for people and programs of a trusted network, `public` for anyone, `admin` a socket for the command. */
export type ListenerName = 'box' | 'public' | 'admin';

/** One thing that can be asked of the box. HEAD is answered wherever GET is. */
export interface Route {
  /** The listeners that answer it. */
  readonly on: readonly ListenerName[];
  /** `readers`: it changes nothing, and pages elsewhere may link to it. `writers`: it changes something, so no page of another site may ask for it. */
  readonly for: 'readers' | 'writers';
  readonly methods: readonly Method[];
  /** `/heartbeat/:name/:signal`; a last segment `*` takes whatever follows, also nothing. */
  readonly path: string;
  readonly handle: (asked: Asked) => Answer | Promise<Answer>;
}

/** The body is longer than the route takes. */
export class BodyTooLarge extends CodedError {
  readonly code = 'body-too-large';
  readonly limit: number;

  constructor(limit: number) {
    super(`The body is too large: at most ${limit} bytes are taken here.`);
    this.limit = limit;
  }
}

/** An answer in one line of plain text. */
export function say(status: number, words: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${words}\n` };
}

/** An answer in JSON that nobody may keep. */
export function sayJson(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: `${JSON.stringify(value)}\n`,
  };
}
