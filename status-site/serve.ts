import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Answer, Asked, Route } from '../model/route.ts';
import { say } from '../model/route.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.xml': 'application/xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.ics': 'text/calendar; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Up to this size a file is read whole; above, it is streamed. */
const WHOLE_BYTES = 256 * 1024;
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO']);
const NOTHING = say(404, 'There is nothing at this address.');

/** The routes that serve the files of `folder` and nothing outside it: no dot files, no way up, no link that leads out. */
export function siteRoutes(folder: string): Route[] {
  return [
    { on: ['box', 'public'], for: 'readers', methods: ['GET'], path: '/*', handle: (asked) => serve(folder, asked) },
  ];
}

async function serve(folder: string, asked: Asked): Promise<Answer> {
  if (asked.rest.some((segment, index) => !isPlain(segment, index === asked.rest.length - 1))) return NOTHING;
  const asFolder = asked.path.endsWith('/');
  try {
    const root = await realpath(folder);
    const wanted = await realpath(join(root, ...asked.rest, asFolder ? 'index.html' : ''));
    if (!wanted.startsWith(root + sep)) return NOTHING;
    // A pipe somebody put into the folder must not hold a thread until it is written to.
    const file = await open(wanted, constants.O_RDONLY | constants.O_NONBLOCK);
    const answer = await serveFile(file, wanted, asked).catch(() => undefined);
    if (!(answer?.body instanceof Readable)) await file.close();
    return answer ?? NOTHING;
  } catch (fault) {
    if (ABSENT.has((fault as NodeJS.ErrnoException).code ?? '')) return NOTHING;
    throw fault;
  }
}

function isPlain(segment: string, last: boolean): boolean {
  return (segment !== '' || last) && !segment.startsWith('.') && !/[/\\\0]/.test(segment);
}

async function serveFile(file: FileHandle, path: string, asked: Asked): Promise<Answer | undefined> {
  const stat = await file.stat({ bigint: true });
  if (stat.isDirectory()) return { status: 308, headers: { location: relativeFolder(asked.path) } };
  if (!stat.isFile()) return undefined;
  const etag = `"${stat.ino.toString(36)}-${stat.size.toString(36)}-${stat.mtimeNs.toString(36)}"`;
  const modified = new Date(Number(stat.mtimeMs));
  const headers = {
    'content-type': TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
    'last-modified': modified.toUTCString(),
    etag,
  };
  if (isFresh(asked, etag, modified)) return { status: 304, headers };
  const withLength = { ...headers, 'content-length': String(stat.size) };
  if (asked.method === 'HEAD') return { status: 200, headers: withLength };
  if (stat.size <= WHOLE_BYTES) return { status: 200, headers, body: await file.readFile() };
  return { status: 200, headers: withLength, body: file.createReadStream({ end: Number(stat.size) - 1 }) };
}

/** RFC 9110, 13.2.2: the entity tag counts before the date. */
function isFresh({ headers }: Asked, etag: string, modified: Date): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Math.floor(modified.getTime() / 1000) * 1000 <= since;
}

/** The folder's own name with a slash, relative, so that no address made by a client ever leads to another host. */
function relativeFolder(path: string): string {
  return `./${path.slice(path.lastIndexOf('/') + 1)}/`;
}
