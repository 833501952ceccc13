import type { Query } from '../model/query.ts';
import { HOUR, type Instant, MINUTE } from '../model/time.ts';
import { allTargets, type ClassicDashboard, type ClassicTarget } from './classic.ts';
import { sourceOf } from './sources.ts';

/** What came of one query. */
export interface Verified {
  readonly dashboard: string;
  readonly where: string;
  readonly outcome: 'answered' | 'empty' | 'refused' | 'unreachable';
  readonly series: number;
  /** Why there is nothing, or no answer; empty when it answered. */
  readonly why: string;
}

const SPANS: Readonly<Record<string, string>> = { $__rate_interval: '5m', $__interval: '5m', $__range: '1h' };
const BACK_MS = HOUR;
const STEP_MS = 5 * MINUTE;
/** Series that end are still known so long after. */
const KNOWN_MS = 24 * HOUR;

/** Asks every query of the dashboards as Grafana would, everything chosen, for the hour before `now`. */
export async function* verify(
  dashboards: ReadonlyMap<string, ClassicDashboard>,
  query: Query,
  now: Instant,
): AsyncGenerator<Verified> {
  for (const [name, dashboard] of dashboards)
    for (const { where, target } of allTargets(dashboard))
      yield { dashboard: name, where, ...(await ask(target, query, now)) };
}

async function ask(target: ClassicTarget, query: Query, now: Instant): Promise<Omit<Verified, 'dashboard' | 'where'>> {
  const expression = withEverything(target.expr ?? '');
  const outcome = target.instant
    ? await query.instant(expression, { at: now })
    : await query.range(expression, { from: now - BACK_MS, to: now, stepMs: STEP_MS });
  if (outcome.kind !== 'answer') {
    const refused = outcome.kind === 'refused' || outcome.kind === 'too-large';
    return { outcome: refused ? 'refused' : 'unreachable', series: 0, why: outcome.words };
  }
  const series = outcome.answer.length;
  if (series > 0) return { outcome: 'answered', series, why: '' };
  return { outcome: 'empty', series, why: await whyEmpty(expression, query, now) };
}

/** The query with everything chosen, and spans in place of Grafana's variables. */
function withEverything(expr: string): string {
  return expr.replaceAll(/\$__\w+/g, (name) => SPANS[name] ?? name).replaceAll(/"\$\w+"/g, '".+"');
}

async function whyEmpty(expression: string, query: Query, now: Instant): Promise<string> {
  for (const [selector, name = '', matchers = ''] of expression.matchAll(SELECTOR)) {
    if (await hasSeries(selector, query, now)) continue;
    if (name === '' || !(await hasSeries(name, query, now)))
      return `nothing gives ${name || selector} here: ${sourceOf(name)}`;
    const own = matchers.split(',').filter((one) => !/^(?:job|instance)=~"\.\+"$/.test(one));
    return `${name} is there, but none with ${own.join(', ')}`;
  }
  return 'its series are there, and what it asks for holds for none of them';
}

/** Each has braces: the linter sees to it. */
const SELECTOR = /([a-zA-Z_:][\w:]*)?\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}/g;

async function hasSeries(selector: string, query: Query, now: Instant): Promise<boolean> {
  const found = await query.series([selector], { from: now - KNOWN_MS, to: now });
  return found.kind !== 'answer' || found.answer.length > 0;
}
