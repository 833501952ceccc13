import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Answer, BodyTooLarge, type Route, say } from '../../model/route.ts';
import { foreignName, refusalOf } from './guard.ts';
import { prefersGzip } from './negotiate.ts';
import { discardRest, readBody, readTail } from './request-body.ts';
import { readTarget, routeTable } from './route-table.ts';

/** How much of an unread body is let go by before the connection is cut. */
const DISCARDED_BYTES = 16 * 1024 * 1024;

/** A page may show its own styles and pictures and do nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SAFETY = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** What stands before the table of routes. */
export interface Guard {
  /** The names by which clients may ask, beside those that are always the box's. Undefined where no name leads to, as to a socket. */
  readonly names?: (() => readonly string[]) | undefined;
  /** Told the name of each request that was refused for it. */
  readonly onForeignName?: ((name: string) => void) | undefined;
}

/** Makes the listener that answers every request by the table, in plain words also when nothing fits or a handler fails. */
export function answerWith(
  routes: readonly Route[],
  onFault: (fault: unknown, place: string) => void,
  guard: Guard = {},
): RequestListener<typeof IncomingMessage, typeof ServerResponse> {
  const find = routeTable(routes);
  const answer = async (request: IncomingMessage, gone: AbortSignal): Promise<Answer> => {
    const method = request.method ?? 'GET';
    const target = readTarget(request.url ?? '');
    if (target === undefined) return say(400, 'This address cannot be read.');
    const headers = { ...request.headers, ...(target.host !== undefined && { host: target.host }) };
    const misled = misledBy(headers.host, guard);
    if (misled !== undefined) return misled;
    const found = find(method, target.segments);
    if (found.is === 'nowhere') return say(404, 'There is nothing at this address.');
    if (found.is === 'wrong method') {
      const allowed = found.allowed.join(', ');
      return say(405, `${method} is not possible here, only ${allowed}.`, { allow: allowed });
    }
    const { route, params, rest } = found;
    const refusal = refusalOf(route, method, headers);
    if (refusal !== undefined) return refusal;
    try {
      return await route.handle({
        method,
        path: target.path,
        params,
        rest,
        query: target.query,
        headers,
        signal: gone,
        read: (limit) => readBody(request, limit),
        tail: (bytes) => readTail(request, bytes),
      });
    } catch (fault) {
      if (fault instanceof BodyTooLarge) return say(413, fault.message);
      if (request.destroyed && !request.complete) return say(400, 'The request broke off.');
      onFault(fault, `${method} ${route.path}`);
      return say(500, 'Something went wrong here; the log of the box says what.');
    }
  };
  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => response.writableFinished || gone.abort());
    answer(request, gone.signal)
      .then((given) => send(request, response, given))
      .catch(() => response.destroy());
  };
}

/** The answer to a client that calls the box by a name which is none of its own. */
function misledBy(host: string | undefined, { names, onForeignName }: Guard): Answer | undefined {
  const foreign = names === undefined ? undefined : foreignName(host, names());
  if (foreign === undefined) return undefined;
  onForeignName?.(foreign);
  const name = JSON.stringify(foreign.slice(0, 80));
  return say(421, `${name} is none of this box's names: its config can add it to \`names\`.`);
}

/** Shorter texts are not worth it. */
const LEAST_COMPRESSED_BYTES = 1_024;

const zip = promisify(gzip);

async function compressed(answer: Answer, asked: IncomingHttpHeaders): Promise<Answer> {
  const { status, body, headers = {} } = answer;
  const varied = { ...headers, vary: [headers.vary, 'accept-encoding'].filter(Boolean).join(', ') };
  const isShort = body === undefined || body instanceof Readable || Buffer.byteLength(body) < LEAST_COMPRESSED_BYTES;
  if (isShort || !prefersGzip(asked['accept-encoding'])) return { ...answer, headers: varied };
  return { status, headers: { ...varied, 'content-encoding': 'gzip' }, body: await zip(body) };
}

async function send(request: IncomingMessage, response: ServerResponse, given: Answer) {
  const { status, headers, body } = given.compressible ? await compressed(given, request.headers) : given;
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  response.writeHead(status, {
    ...SAFETY,
    ...(body instanceof Readable || status === 304 ? {} : { 'content-length': Buffer.byteLength(body ?? '') }),
    ...headers,
  });
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(body);
  discardRest(request, DISCARDED_BYTES);
}
