import type { Readable } from 'node:stream';
import type { Auth, RemoteStorage } from '../../model/config.ts';
import { CodedError, messageOf } from '../../model/errors.ts';
import type { Secret } from '../../model/secret.ts';
import type { FrameKind } from '../spool/frame.ts';
import { type Connection, connect } from './connection.ts';
import { type Generation, readGeneration } from './generation.ts';
import { writeRequestOf } from './remote-write.ts';

/** What became of a body that was sent. */
export type Outcome =
  /** Received: a 2xx. Not the same as stored. */
  | { readonly kind: 'received' }
  /** The body is at fault and will be next time: 400, 413, 422 and the like. */
  | { readonly kind: 'refused'; readonly status: number; readonly words: string }
  /** The address, the login or the server is at fault: to be repeated later. */
  | { readonly kind: 'later'; readonly words: string; readonly needsPerson: boolean };

export type Lane = 'live' | 'backlog';

/** The one client to VictoriaMetrics. What can't be reached rejects with `Unreachable`. */
export interface VictoriaMetrics {
  /** Sends gzip members of exposition text: as they are, or stale markers by remote write. Never rejects but when `signal` aborts. */
  write(lane: Lane, kind: FrameKind, members: readonly Uint8Array[], signal?: AbortSignal): Promise<Outcome>;
  /**
   * Asks for a path of the query API, such as `/api/v1/query`. Resolves with whatever answer began: its body is to be read, or destroyed.
   * Rejects with `Unreachable`, or with the signal's reason.
   */
  ask(path: string, form: URLSearchParams, signal: AbortSignal): Promise<{ status: number; body: Readable }>;
  /** Which run of the process this is, and what it has dropped so far. */
  generation(signal?: AbortSignal): Promise<Generation>;
  close(): Promise<void>;
}

/** A request that got no usable answer; the message names the address and what came. */
export class Unreachable extends CodedError {
  readonly code = 'storage-unreachable';
}

/** Where a VictoriaMetrics is, and how to ask it. */
export interface Server extends RemoteStorage {
  /** What its `/metrics` wants as `authKey`, where that page has a key of its own. */
  readonly metricsKey?: Secret;
}

export interface ClientOptions {
  /** Asked before each request, as the embedded server may move; undefined while there is none. */
  readonly storage: () => Server | undefined;
}

const WRITE_TIMEOUT_MS = 60_000;
const READ_TIMEOUT_MS = 30_000;
const READS_AT_ONCE = 16;
const MAX_WORDS_BYTES = 4096;
/** These say nothing of the body: redirects, not allowed, not there, too slow, too many. */
const NEEDS_PERSON = new Set([401, 403, 404, 405, 407]);
const NOT_THE_BODY = new Set([408, 421, 425, 429]);

export function createClient({ storage }: ClientOptions): VictoriaMetrics {
  const connections = new Map<string, Connection>();

  function connection(purpose: Lane | 'read' | 'metrics', base: string): Connection {
    const { origin } = new URL(base);
    const key = `${purpose} ${origin}`;
    let found = connections.get(key);
    if (found === undefined) {
      for (const [old, ended] of connections)
        if (old.startsWith(`${purpose} `)) {
          connections.delete(old);
          ended.close().catch(() => {});
        }
      found = connect(origin, purpose === 'read' ? READS_AT_ONCE : 1);
      connections.set(key, found);
    }
    return found;
  }

  function bases(): Server {
    const known = storage();
    if (known === undefined) throw new Unreachable('VictoriaMetrics is not running');
    return known;
  }

  return {
    async write(lane, kind, members, signal) {
      try {
        const { write, auth } = bases();
        const { path, headers, body: sent } = await writeRequestOf(kind, members);
        const to = join(write, path);
        const line = connection(lane, write);
        const { status, body } = await line.request({
          path: to.pathname,
          headers: { ...authorization(auth), ...headers },
          body: sent,
          timeoutMs: WRITE_TIMEOUT_MS,
          maxBytes: MAX_WORDS_BYTES,
          signal,
        });
        return outcomeOf(status, kind, placeOf(to), wordsOf(body));
      } catch (error) {
        if (signal?.aborted) throw error;
        return { kind: 'later', words: messageOf(error), needsPerson: false };
      }
    },
    async ask(path, form, signal) {
      const { read, auth } = bases();
      const to = join(read, path);
      const line = connection('read', read);
      try {
        return await line.open({
          path: to.pathname,
          headers: { ...authorization(auth), 'content-type': 'application/x-www-form-urlencoded' },
          body: [Buffer.from(form.toString())],
          timeoutMs: READ_TIMEOUT_MS,
          signal,
        });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw new Unreachable(`${placeOf(to)}: ${messageOf(error)}`, { cause: error });
      }
    },
    async generation(signal) {
      const { write, auth, metricsKey } = bases();
      const key = metricsKey === undefined ? '' : `?authKey=${metricsKey.reveal()}`;
      return readGeneration(connection('metrics', write), new URL(write), key, authorization(auth), signal);
    },
    async close() {
      const open = [...connections.values()];
      connections.clear();
      await Promise.allSettled(open.map((one) => one.close()));
    },
  };
}

/** Where remote write is closed, text may still be taken: that is the markers' trouble alone. */
function outcomeOf(status: number, kind: FrameKind, url: string, words: string): Outcome {
  if (status >= 200 && status < 300) return { kind: 'received' };
  const said = `${url} answered ${status}: ${words}`;
  const isRefusal = status >= 400 && status < 500 && !NOT_THE_BODY.has(status);
  if (isRefusal && (kind === 'stale' || !NEEDS_PERSON.has(status))) return { kind: 'refused', status, words: said };
  return { kind: 'later', words: said, needsPerson: status < 400 || NEEDS_PERSON.has(status) };
}

function join(base: string, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return url;
}

/** The address as it may be said: a login in it is not. */
function placeOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function authorization(auth: Auth | undefined): Record<string, string> {
  if (auth === undefined) return {};
  if ('bearer' in auth) return { authorization: `Bearer ${auth.bearer.reveal()}` };
  const login = `${auth.basic.user}:${auth.basic.password.reveal()}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

function wordsOf(body: Buffer): string {
  const words = body
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return words.length > 500 ? `${words.slice(0, 500)}…` : words;
}
