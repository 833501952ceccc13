import type { Route } from '../../model/route.ts';

/** Where a path leads. */
export type Found =
  | { readonly is: 'route'; readonly route: Route; readonly params: Record<string, string>; readonly rest: string[] }
  | { readonly is: 'wrong method'; readonly allowed: readonly string[] }
  | { readonly is: 'nowhere' };

/** Makes a table that finds the route whose path and method fit, the one with the most definite path first. `path` is decoded segments. */
export function routeTable(routes: readonly Route[]): (method: string, path: readonly string[]) => Found {
  const table = routes
    .map((route) => ({ route, parts: route.path.split('/').slice(1) }))
    .sort((one, other) => definiteness(one.parts).localeCompare(definiteness(other.parts)));
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const allowed = new Set<string>();
    for (const { route, parts } of table) {
      const fit = fits(parts, path);
      if (fit === undefined) continue;
      if (route.methods.some((one) => one === wanted)) return { is: 'route', route, ...fit };
      for (const one of route.methods) allowed.add(one);
    }
    if (allowed.size === 0) return { is: 'nowhere' };
    if (allowed.has('GET')) allowed.add('HEAD');
    return { is: 'wrong method', allowed: [...allowed] };
  };
}

/** Sorts before another when the first segment in which they differ is more definite: a word, then a name, then the rest. */
function definiteness(parts: readonly string[]): string {
  return parts.map((part) => (part === '*' ? '2' : part.startsWith(':') ? '1' : '0')).join('');
}

function fits(parts: readonly string[], path: readonly string[]) {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    if (part === '*') return { params, rest: path.slice(index) };
    const segment = path[index];
    if (segment === undefined) return undefined;
    if (part.startsWith(':')) {
      if (segment === '') return undefined;
      params[part.slice(1)] = segment;
    } else if (part !== segment) return undefined;
  }
  return parts.length === path.length ? { params, rest: [] } : undefined;
}

/** What a request is for. */
export interface Target {
  /** As it was sent. */
  readonly path: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Where it was sent with one, as through a proxy: it counts before the header of that name. */
  readonly host?: string;
}

/** The decoded segments and the query of a request's target; undefined when it is not a path we can read (RFC 9112, 3.2). */
export function readTarget(target: string): Target | undefined {
  const [origin = '', host] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? [];
  const [before = '', ...after] = target.slice(origin.length).split('?');
  const path = before === '' ? '/' : before;
  if (!path.startsWith('/')) return undefined;
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return { path, segments, query: new URLSearchParams(after.join('?')), ...(host !== undefined && { host }) };
  } catch {
    return undefined;
  }
}
