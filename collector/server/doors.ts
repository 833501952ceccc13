import type { Stand } from '../../model/standing.ts';
import { type HeartbeatCalls, heartbeatRoutes } from './heartbeats.ts';
import { type Route, say, sayJson } from './route.ts';
import { siteRoutes } from './site.ts';

/** What the box's door needs of the rest of the box. */
export interface BoxCalls extends HeartbeatCalls {
  /** The folder with the site's files. */
  readonly site: string;
  /** The whole of `/metrics`, in the Prometheus text format. */
  readonly metrics: () => string | Promise<string>;
  /** What keeps the box from working, in words; empty when nothing does. */
  readonly ailments: () => readonly string[];
}

/** The box: the site, heartbeats, `/metrics`, `/healthz`. */
export function boxRoutes(calls: BoxCalls): Route[] {
  return [
    ...heartbeatRoutes(calls),
    {
      methods: ['GET'],
      path: '/metrics',
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
        body: await calls.metrics(),
      }),
    },
    {
      methods: ['GET'],
      path: '/healthz',
      handle: () => {
        const ailments = calls.ailments();
        return say(ailments.length === 0 ? 200 : 503, ailments.length === 0 ? 'ok' : ailments.join('\n'));
      },
    },
    ...siteRoutes(calls.site),
  ];
}

/** The public: the site's files and nothing else. */
export function publicRoutes(site: string): Route[] {
  return siteRoutes(site);
}

/** What the private door needs of the rest of the box. */
export interface AdminCalls {
  readonly version: string;
  readonly stands: () => readonly Stand[];
  /** Reads the configuration again; answers every mistake, or none when it now holds. */
  readonly reload: () => Promise<readonly string[]>;
}

/** The private door, for the command: standings, reload, version. In JSON. */
export function adminRoutes(calls: AdminCalls): Route[] {
  return [
    { methods: ['GET'], path: '/version', handle: () => sayJson(200, { version: calls.version }) },
    { methods: ['GET'], path: '/standings', handle: () => sayJson(200, { standings: calls.stands() }) },
    {
      methods: ['POST'],
      path: '/reload',
      handle: async () => {
        const mistakes = await calls.reload();
        return mistakes.length === 0 ? sayJson(200, { reloaded: true }) : sayJson(422, { reloaded: false, mistakes });
      },
    },
  ];
}
