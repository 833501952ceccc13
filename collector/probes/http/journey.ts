import { oneLine } from '../../../model/outside-text.ts';
import type { ProbeContext } from '../../../model/probe.ts';
import {
  type NamedPart,
  type Ours,
  ours,
  quoteAfter,
  type Reason,
  reason,
  targetAfter,
} from '../../../model/reason.ts';
import { type Scope, scopeOf } from './address-scope.ts';
import { type Exchange, exchange } from './exchange.ts';
import { shownUrl } from './hiding.ts';
import type { Hop, HttpSpec } from './http-spec.ts';
import type { Prepared } from './prepared.ts';
import { locationOf, responseInSteps } from './response-words.ts';
import { isWanted, statusInWords, wantedInWords } from './status-words.ts';
import { createTrail, type Trail } from './trail.ts';

/** A request and all the redirects it led through. */
export interface Journey {
  /** In order; the last one is the answer. */
  readonly exchanges: readonly Exchange[];
  /** Why the answer was not reached, or not by the way that was wanted. */
  readonly trouble?: Reason;
}

/** Makes the first request and follows, or asserts, the redirects. */
export async function travel(prepared: Prepared, family: 0 | 4 | 6, context: ProbeContext): Promise<Journey> {
  const { spec } = prepared;
  const exchanges: Exchange[] = [];
  let trail: Trail | undefined;
  let target = prepared.first;
  let floor: Scope = 0;
  for (;;) {
    context.trace?.('request', `${target.method} ${shownUrl(target.url)}`);
    const run = await exchange(prepared, target, { family, floor }, context);
    exchanges.push(run);
    if (run.trouble !== undefined || run.response === undefined) return end(exchanges, troubleOnTheWay(exchanges));
    for (const [step, detail] of context.trace ? responseInSteps(run) : []) context.trace?.(step, detail);

    const way = wayOn(spec, run, exchanges.length - 1);
    if (!(way instanceof URL)) return end(exchanges, way?.trouble);
    trail ??= createTrail(spec);
    const next = trail.next(run, way);
    if ('refused' in next) return end(exchanges, reason`redirects${to(way)}: ${next.refused}`);
    // Only an address written in the config may lead further in.
    if ('follow' in spec.redirects && run.peer !== undefined) floor = Math.max(floor, scopeOf(run.peer)) as Scope;
    target = next;
  }
}

/** Where to go after the response at this place of the journey; undefined where it is the answer; a trouble where it ends otherwise. */
function wayOn(spec: HttpSpec, run: Exchange, index: number): URL | { readonly trouble: Reason } | undefined {
  const way = leadsTo(run);
  const { redirects } = spec;
  if ('chain' in redirects) {
    const wrong = wrongHop(redirects.chain, index, run, way);
    if (wrong !== undefined) return { trouble: wrong };
    return way instanceof URL ? way : undefined;
  }
  if (way === undefined || redirects.follow === 0 || isExpected(spec, run)) return undefined;
  if (!(way instanceof URL)) return { trouble: way };
  if (index < redirects.follow) return way;
  return { trouble: reason`more than ${redirects.follow} redirects${targetAfter(', the next to ', brief(way))}` };
}

/** A trouble after redirects says where they had led. */
function troubleOnTheWay(exchanges: readonly Exchange[]): Reason | undefined {
  const last = exchanges.at(-1);
  if (last?.trouble === undefined || exchanges.length === 1) return last?.trouble;
  return reason`${last.trouble}, after a redirect${to(last.target.url)}`;
}

function end(exchanges: readonly Exchange[], trouble?: Reason): Journey {
  return trouble === undefined ? { exchanges } : { exchanges, trouble };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where the response redirects to; a reason when that is nowhere; undefined when it does not redirect. */
function leadsTo(run: Exchange): URL | Reason | undefined {
  if (!REDIRECTS.has(run.response?.statusCode ?? 0) || run.response?.headers.location === undefined) return undefined;
  const status = statusInWords(run.response);
  const url = locationOf(run);
  if (url === undefined)
    return reason`${status} to an address that is none${quoteAfter(': ', oneLine(run.response.headers.location, 80))}`;
  return /^https?:$/.test(url.protocol)
    ? url
    : reason`${status}${quoteAfter(' to ', oneLine(url.protocol, 20))} which is not followed`;
}

/** A status that is expected by name is the answer, redirect or not. */
function isExpected(spec: HttpSpec, run: Exchange): boolean {
  const wanted = spec.expect?.status;
  return wanted !== undefined && isWanted(run.response?.statusCode ?? 0, wanted);
}

/** What differs from the asserted chain at this place; undefined when nothing does. */
function wrongHop(
  chain: readonly Hop[],
  index: number,
  run: Exchange,
  way: URL | Reason | undefined,
): Reason | undefined {
  const hop = chain[index];
  const came = reason`${statusInWords(run.response)}${way instanceof URL ? [to(way)] : []}`;
  if (hop === undefined)
    return way === undefined
      ? undefined
      : reason`hop ${index + 1}: ${came}, wanted the answer after ${count(chain.length)}`;
  const wanted = new URL(hop.to, run.target.url);
  const status = hop.status === undefined ? ours('a redirect') : wantedInWords(hop.status);
  const right =
    way instanceof URL &&
    way.href === wanted.href &&
    (hop.status === undefined || isWanted(run.response?.statusCode ?? 0, hop.status));
  return right ? undefined : reason`hop ${index + 1}: ${came}, wanted ${status}${to(wanted)}`;
}

function count(hops: number): Ours {
  return ours(hops === 1 ? '1 redirect' : `${hops} redirects`);
}

function to(url: URL): NamedPart {
  return targetAfter(' to ', brief(url));
}

function brief(url: URL): string {
  return oneLine(shownUrl(url), 160);
}
