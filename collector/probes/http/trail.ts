import { type Cookies, createCookies } from './cookies.ts';
import type { Exchange } from './exchange.ts';
import type { HttpSpec } from './http-spec.ts';
import { type Refusal, redirectedTarget, type Target } from './target.ts';

/** What is remembered along the redirects of one check: where we have been, and the cookies we were given. */
export interface Trail {
  /** The next request, or why there is none. */
  next(run: Exchange, to: URL): Target | Refusal;
}

/** An empty trail. */
export function createTrail(spec: HttpSpec): Trail {
  const been = new Set<string>();
  const cookies: Cookies = createCookies();
  return {
    next({ target, response }, to) {
      if (response !== undefined) cookies.take(target.url, response);
      been.add(keyOf(target));
      const next = redirectedTarget(spec, target, response?.statusCode ?? 0, to);
      if ('refused' in next) return next;
      const visitor = { ...next, cookies: cookies.headerFor(next.url) };
      return been.has(keyOf(visitor)) ? { refused: ['a circle, we have been there'] } : visitor;
    },
  };
}

/** The same request asked again, cookies and all, can only lead the same way. */
function keyOf({ method, url, cookies = '' }: Target): string {
  return `${method} ${url.href} ${cookies}`;
}
