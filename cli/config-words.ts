import { probeKinds } from '../collector/probes/index.ts';
import type { Config } from '../config/config.ts';
import { spanInUnits } from '../config/span-in-units.ts';
import type { Monitor } from '../model/monitor.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { Instant } from '../model/time.ts';
import { alignedTable } from './table.ts';
import { asRecord, targetInWords } from './target-words.ts';

export interface Described {
  readonly lines: readonly string[];
  /** What is allowed, but probably not meant. */
  readonly warnings: readonly string[];
}

/** What kinds of probes say of themselves, by their names. */
export type Specs = ReadonlyMap<string, ProbeSpec<unknown>>;

/** Those of the kinds that a config uses. */
export async function specsOf(config: Config): Promise<Specs> {
  const specs = new Map<string, ProbeSpec<unknown>>();
  for (const kind of new Set(config.monitors.map((monitor) => monitor.kind))) {
    const spec = await probeKinds[kind]?.settings();
    if (spec !== undefined) specs.set(kind, spec as unknown as ProbeSpec<unknown>);
  }
  return specs;
}

/** What a config would watch, grouped, and when its jobs are due next after `now`. Holds no secrets. */
export async function describeConfig(config: Config, now: Instant, specs: Specs): Promise<Described> {
  const words = (monitor: Monitor): string => targetInWords(monitor, specs.get(monitor.kind));
  const jobs = config.monitors.flatMap((monitor) => nextRuns(monitor, specs.get(monitor.kind), now));
  const count = config.monitors.length;
  return {
    lines: [
      `${config.title}: ${count} monitor${count === 1 ? '' : 's'}`,
      ...groupsOf(config, words),
      ...exportersOf(config),
      ...(jobs.length === 0 ? [] : ['', 'Next runs of jobs', ...alignedTable(jobs.map((row) => ['', ...row]))]),
    ],
    warnings: [...twinsIn(config, specs, words), ...(await lackingFor(config, specs))],
  };
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
function nextRuns(monitor: Monitor, spec: ProbeSpec<unknown> | undefined, now: Instant): [string, string][] {
  const runs: string[] = [];
  let next = spec?.nextRun?.(monitor.spec, now);
  for (let left = 3; left > 0 && next !== undefined; left--) {
    runs.push(inZone(next.at, next.timezone));
    if (left === 1) return [[monitor.name, `${runs.join(', ')} ${next.timezone}`]];
    next = spec?.nextRun?.(monitor.spec, next.at);
  }
  return [];
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

/** Monitors that look at the same as one before them. */
function twinsIn(config: Config, specs: Specs, words: (monitor: Monitor) => string): string[] {
  const first = new Map<string, string>();
  return config.monitors.flatMap((monitor) => {
    if (monitor.traits.waitsForReports) return [];
    const target = asRecord(monitor.spec)[specs.get(monitor.kind)?.shorthand ?? ''];
    const key = `${words(monitor)}\n${target instanceof Secret ? reveal(target) : ''}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, monitor.name);
    return before === undefined ? [] : [`${monitor.name} and ${before} look at the same: ${words(monitor)}`];
  });
}

async function lackingFor(config: Config, specs: Specs): Promise<string[]> {
  const warnings: string[] = [];
  for (const [kind, { lacks }] of specs) {
    const lack = await lacks?.();
    const names = config.monitors.filter((monitor) => monitor.kind === kind).map((monitor) => monitor.name);
    if (lack !== undefined) warnings.push(`${lack.what}, so ${names.join(', ')} would be unknown; ${lack.cure}`);
  }
  return warnings;
}
