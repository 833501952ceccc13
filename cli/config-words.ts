import { dueAfter } from '../collector/probes/heartbeat/due.ts';
import type { HeartbeatSpec } from '../collector/probes/heartbeat/heartbeat.ts';
import { probeKinds } from '../collector/probes/index.ts';
import type { Config } from '../config/config.ts';
import { spanInUnits } from '../config/span-in-units.ts';
import type { Monitor } from '../model/monitor.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { Instant } from '../model/time.ts';
import { alignedTable } from './table.ts';
import { asRecord, targetInWords } from './target-words.ts';

export interface Described {
  readonly lines: readonly string[];
  /** What is allowed, but probably not meant. */
  readonly warnings: readonly string[];
}

/** What a config would watch, grouped, and when its jobs are due next after `now`. Holds no secrets. */
export async function describeConfig(config: Config, now: Instant, canPing: boolean): Promise<Described> {
  const shorthands = await shorthandsOf(config);
  const words = (monitor: Monitor): string => targetInWords(monitor, shorthands.get(monitor.kind));
  const jobs = config.monitors.flatMap((monitor) => nextRuns(monitor, now));
  const count = config.monitors.length;
  return {
    lines: [
      `${config.title}: ${count} monitor${count === 1 ? '' : 's'}`,
      ...groupsOf(config, words),
      ...exportersOf(config),
      ...(jobs.length === 0 ? [] : ['', 'Next runs of jobs', ...alignedTable(jobs.map((row) => ['', ...row]))]),
    ],
    warnings: warningsOf(config, shorthands, words, canPing),
  };
}

async function shorthandsOf(config: Config): Promise<Map<string, string | undefined>> {
  const kinds = new Set(config.monitors.map((monitor) => monitor.kind));
  return new Map(
    await Promise.all([...kinds].map(async (kind) => [kind, (await probeKinds[kind]?.settings())?.shorthand] as const)),
  );
}

function groupsOf(config: Config, words: (monitor: Monitor) => string): string[] {
  const groups = Map.groupBy(config.monitors, (monitor) => monitor.group);
  // One table for all groups, so that the columns stand under each other.
  const rows = alignedTable([
    ['', 'name', 'what', 'every', 'needs', 'from'],
    ...[...groups.values()].flat().map((monitor) => ['', monitor.name, words(monitor), ...restOf(monitor)]),
  ]);
  const lines = rows.splice(0, 1);
  for (const [group, monitors] of groups) lines.push('', group, ...rows.splice(0, monitors.length));
  return lines;
}

function exportersOf({ exporters }: Config): string[] {
  if (exporters.length === 0) return [];
  const rows = exporters.map(({ name, everyMs }) => ['', name, spanInUnits(everyMs)]);
  return ['', 'Exporters', ...alignedTable(rows)];
}

function restOf(monitor: Monitor): string[] {
  return [spanInUnits(monitor.everyMs), monitor.needs.join(', ') || '-', monitor.vantages.join(', ')];
}

/** The next three times a job with a calendar is due, in its own zone. */
function nextRuns(monitor: Monitor, now: Instant): [string, string][] {
  const spec = asRecord(monitor.spec) as Partial<HeartbeatSpec>;
  if (monitor.kind !== 'heartbeat' || spec.cron === undefined) return [];
  const zone = spec.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const runs: string[] = [];
  for (let at = now, left = 3; left > 0; left--) {
    at = dueAfter(spec as HeartbeatSpec, at);
    runs.push(inZone(at, zone));
  }
  return [[monitor.name, `${runs.join(', ')} ${zone}`]];
}

function inZone(at: Instant, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

function warningsOf(
  config: Config,
  shorthands: ReadonlyMap<string, string | undefined>,
  words: (monitor: Monitor) => string,
  canPing: boolean,
): string[] {
  const warnings: string[] = [];
  const first = new Map<string, string>();
  for (const monitor of config.monitors) {
    if (monitor.kind === 'heartbeat') continue;
    const target = asRecord(monitor.spec)[shorthands.get(monitor.kind) ?? ''];
    const key = `${words(monitor)}\n${target instanceof Secret ? reveal(target) : ''}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, monitor.name);
    else warnings.push(`${monitor.name} and ${before} look at the same: ${words(monitor)}`);
  }
  const pings = config.monitors.filter((monitor) => monitor.kind === 'icmp').map((monitor) => monitor.name);
  if (pings.length > 0 && !canPing)
    warnings.push(`neither fping nor ping is installed, so ${pings.join(', ')} would be unknown; install fping`);
  return warnings;
}
