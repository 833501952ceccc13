import { LATENCY_CODES, latencyCode } from '../../model/latency.ts';
import type { CheckMark, DayRecord } from '../../model/ledger.ts';
import type { SiteMonitor, SiteSpec } from '../../model/page.ts';
import { quote, type Reason, reason, span, targetAfter } from '../../model/reason.ts';
import type { Stand, Transition } from '../../model/standing.ts';
import { DAY, dayOf, HOUR, type Instant, MINUTE, SECOND } from '../../model/time.ts';
import { type Account, addAccounts } from '../../model/timeline.ts';
import { composeSite } from '../../status-site/compose.ts';
import type { LedgerView } from '../../status-site/ledger-view.ts';
import type { IndexData, MonitorData } from '../../status-site/page-data.ts';
import { renderSite } from '../../status-site/render.ts';

/** The moment at which the pages of the tests are made. */
export const NOW: Instant = Date.UTC(2026, 10, 21, 14, 5, 20);
export const UNTIL: Instant = NOW + 2 * MINUTE;

/** A ledger's view made of plain data. */
export interface World {
  readonly stands: readonly Stand[];
  readonly days?: Readonly<Record<string, readonly DayRecord[]>>;
  readonly checks?: Readonly<Record<string, readonly CheckMark[]>>;
  readonly transitions?: readonly Transition[];
}

export function viewOf(world: World): LedgerView {
  return {
    standings: { current: () => [...world.stands] },
    days: {
      of: (monitors) =>
        new Map(
          monitors.flatMap((name): [string, DayRecord[]][] => {
            const days = world.days?.[name];
            return days === undefined ? [] : [[name, [...days]]];
          }),
        ),
    },
    checks: {
      between: (monitor, from, to) => (world.checks?.[monitor] ?? []).filter((one) => one.at >= from && one.at < to),
    },
    transitions: {
      of: (monitor, from, to, limit) =>
        (world.transitions ?? [])
          .filter((one) => one.monitor === monitor && one.at >= from && one.at < to)
          .sort((a, b) => b.at - a.at)
          .slice(0, limit),
    },
    close: () => {},
  };
}

const WEB = { by: 'a web request' };
const JOB = { by: 'its own reports', waitsForReports: true, latencyIsRunTime: true } as const;

export function siteMonitor(name: string, more: Partial<SiteMonitor> = {}): SiteMonitor {
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return { name, slug, title: name, group: 'Public', traits: WEB, everyMs: 30 * SECOND, ...more };
}

export function stand(monitor: string, more: Partial<Stand> = {}): Stand {
  return {
    monitor,
    vantage: '',
    standing: 'up',
    since: NOW - 40 * DAY,
    reason: ['200 OK'],
    freshUntil: NOW + MINUTE,
    ...more,
  };
}

/** Ninety days, of which `marked` names the odd ones by how many days ago they were, in hours of each book. */
export function ninetyDays(usualMs: number, marked: Readonly<Record<number, Partial<Account>>> = {}): DayRecord[] {
  return Array.from({ length: 90 }, (_, index) => {
    const ago = 89 - index;
    const day = dayOf(NOW) - ago * DAY;
    const total = ago === 0 ? NOW - day : DAY;
    const odd = marked[ago] ?? {};
    const account: Account = { ...addAccounts([]), ...odd };
    for (const book of Object.keys(odd) as (keyof Account)[]) account[book] = Math.min(total, (odd[book] ?? 0) * HOUR);
    account.up = Math.max(0, total - account.degraded - account.down - account.unknown - account.unreachable);
    const latency = new Array<number>(LATENCY_CODES).fill(0);
    const seen = Math.round((account.up + account.degraded) / (30 * SECOND));
    latency[latencyCode(usualMs)] = Math.round(seen * 0.9);
    latency[latencyCode(usualMs * 3)] = seen - Math.round(seen * 0.9);
    const failed = Math.round(account.down / (30 * SECOND));
    return { day, account, latency, checks: seen + failed, failed };
  });
}

/** A day of checks around `usualMs`, every 30 s, the same at every run; `silent` are spans of hours ago in which there were none. */
export function dayOfChecks(
  usualMs: number,
  options: {
    readonly silent?: readonly [number, number];
    readonly down?: readonly [number, number];
    readonly everyMs?: number;
  } = {},
): CheckMark[] {
  const within = (at: Instant, span: readonly [number, number] | undefined) =>
    span !== undefined && at >= NOW - span[0] * HOUR && at < NOW - span[1] * HOUR;
  const marks: CheckMark[] = [];
  let seed = 42;
  for (let at = NOW - DAY; at < NOW; at += options.everyMs ?? 30 * SECOND) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    if (within(at, options.silent)) continue;
    const wave = 1 + 0.25 * Math.sin((at / DAY) * 6 * Math.PI);
    const latencyMs = usualMs * wave * (0.8 + (0.5 * seed) / 2 ** 31) * (seed % 997 === 0 ? 6 : 1);
    marks.push(within(at, options.down) ? { at, verdict: 'down' } : { at, verdict: 'up', latencyMs });
  }
  return marks;
}

const MONITORS: readonly SiteMonitor[] = [
  siteMonitor('website', { title: 'Website' }),
  siteMonitor('media', { title: 'Media' }),
  siteMonitor('timeline', { title: 'Timeline' }),
  siteMonitor('dns', { title: 'Name server', everyMs: MINUTE }),
  siteMonitor('mail', { title: 'Mail', everyMs: MINUTE }),
  siteMonitor('minecraft', { title: 'Minecraft', group: 'Home', everyMs: MINUTE }),
  siteMonitor('nas', { title: 'NAS', group: 'Home' }),
  siteMonitor('backup', { title: 'Backup', group: 'Home', traits: JOB, everyMs: DAY }),
];

/** Eight monitors at home and abroad on an ordinary bad afternoon; a ninth, the router, is not public. */
export const SPEC: SiteSpec = { title: 'quarry.example status', monitors: MONITORS };

function change(
  monitor: string,
  at: Instant,
  from: Transition['from'],
  to: Transition['to'],
  reason: Reason,
): Transition {
  return { monitor, vantage: '', at, from, to, reason };
}

const behindRouter = reason`unreachable because of ${{ monitor: 'router', title: 'Router in the cellar' }}`;

export const AFTERNOON: World = {
  stands: [
    stand('website'),
    stand('media', { standing: 'down', since: NOW - 13 * MINUTE, reason: ['502 Bad Gateway'] }),
    stand('timeline', { standing: 'degraded', since: NOW - 3 * HOUR, reason: ['slow: 2.4 s, usually 300 ms'] }),
    stand('dns', { reason: reason`serial 2026112101 from 2 servers` }),
    stand('mail', { reason: reason`${quote('"220 ready"', 'answered')}${targetAfter(' from ', '10.0.0.9:25')}` }),
    stand('minecraft', { reason: ['14 players'] }),
    stand('nas', {
      standing: 'unknown',
      blind: 'unreachable',
      since: NOW - 50 * MINUTE,
      reason: behindRouter,
    }),
    stand('backup', { reason: reason`last run ${{ at: dayOf(NOW) + 3.25 * HOUR }}, took ${span(22 * MINUTE)}` }),
    stand('router', {
      standing: 'down',
      since: NOW - 51 * MINUTE,
      reason: reason`no answer${targetAfter(' from ', '192.168.1.1')}`,
    }),
  ],
  days: {
    website: ninetyDays(128, { 27: { unknown: 24 }, 28: { unknown: 24 }, 49: { down: 0.1 } }),
    media: ninetyDays(220, { 0: { down: 0.22 }, 48: { down: 0.4 }, 77: { down: 5.7 } }),
    timeline: ninetyDays(300, { 0: { degraded: 3 }, 1: { degraded: 7 }, 19: { degraded: 1.2 } }),
    dns: ninetyDays(9, { 27: { unknown: 24 }, 28: { unknown: 20 } }),
    mail: ninetyDays(35, { 56: { down: 0.05 } }),
    minecraft: ninetyDays(12, { 83: { down: 19 }, 84: { down: 16 }, 38: { down: 1 }, 39: { unknown: 12 } }),
    nas: ninetyDays(4, {
      0: { unreachable: 0.83 },
      9: { down: 0.2 },
      ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [78 + index, { unknown: 24 }])),
    }),
    backup: ninetyDays(1_320_000, { 45: { down: 24 } }),
    router: ninetyDays(2),
  },
  checks: {
    website: dayOfChecks(128, { silent: [9, 7.5] }),
    media: dayOfChecks(220, { down: [0.22, 0] }),
    timeline: dayOfChecks(300),
    dns: dayOfChecks(9, { everyMs: MINUTE }),
    mail: dayOfChecks(35, { everyMs: MINUTE }),
    minecraft: dayOfChecks(12, { everyMs: MINUTE }),
    nas: dayOfChecks(4, { silent: [0.83, 0] }),
    backup: [{ at: NOW - 11 * HOUR, verdict: 'up', latencyMs: 1_320_000 }],
  },
  transitions: [
    change('media', NOW - 13 * MINUTE, 'up', 'down', ['502 Bad Gateway']),
    change('media', NOW - 48 * DAY + 24 * MINUTE, 'down', 'up', ['200 OK']),
    change('media', NOW - 48 * DAY, 'up', 'down', reason`connection refused${targetAfter(' by ', '10.0.0.12:8443')}`),
    change('media', NOW - 77 * DAY + 5.7 * HOUR, 'down', 'up', ['200 OK']),
    change('media', NOW - 77 * DAY, 'up', 'down', ['TLS certificate expired 3 h ago']),
    change('timeline', NOW - 3 * HOUR, 'up', 'degraded', ['slow: 2.4 s, usually 300 ms']),
    { ...change('nas', NOW - 50 * MINUTE, 'up', 'unknown', behindRouter), blind: 'unreachable' },
  ],
};

/** The whole site at once: what every page says. */
export function composed(
  spec: SiteSpec,
  world: World,
  now = NOW,
  until = UNTIL,
): IndexData & { readonly monitors: readonly MonitorData[] } {
  const site = composeSite(spec, viewOf(world), now, until);
  const monitors: MonitorData[] = [];
  let next = site.next();
  for (; !next.done; next = site.next()) if (next.value.page !== undefined) monitors.push(next.value.page);
  return { ...next.value, monitors };
}

/** The whole site's files by their paths. */
export function rendered(spec: SiteSpec, world: World): Map<string, string> {
  const files = renderSite(composeSite(spec, viewOf(world), NOW, UNTIL));
  return new Map([...files].flatMap(([path, text]): [string, string][] => (text === undefined ? [] : [[path, text]])));
}
