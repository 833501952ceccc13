import { setImmediate } from 'node:timers/promises';
import { sample } from '../../model/metric.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Sample } from '../../model/sample.ts';
import { isTooLongAgo, missedMs } from '../../model/timer.ts';
import { SYSTEM, stateVector } from './samples.ts';
import { numberOf, textOf } from './signals.ts';
import type { Source } from './source.ts';
import type { UnitRow } from './systemd-calls.ts';
import { TIMER, timerOf } from './timers.ts';
import { instantOf, type MonotonicNow } from './times.ts';

/** So many units are turned into samples in one turn of the loop. */
const SLICE = 200;
/** What has no service behind it; node_exporter leaves these out of its states as well. */
const DULL = /\.(?:automount|device|mount|scope|slice)$/;
const UP = new Set(['active', 'reloading', 'refreshing']);

/** Each timer: when it ran, when it will, and whether it is late. */
export async function timerSamples(
  scope: string,
  source: Source,
  rows: readonly UnitRow[],
  within: Readonly<Record<string, number>>,
  now: MonotonicNow,
): Promise<Sample[]> {
  const timers = namesEnding(rows, '.timer');
  const wanted = { Unit: ['SubState', 'ActiveEnterTimestamp'], Timer: TIMER };
  const details = await source.details(timers, wanted);
  return timers.flatMap((name, index) => {
    const properties = details[index] ?? {};
    const timer = timerOf(properties, now);
    const missed = missedMs(timer, textOf(properties.SubState) ?? '', now.at) > 0;
    const tooLongAgo = isTooLongAgo(timer, instantOf(properties.ActiveEnterTimestamp), within[name], now.at);
    return [
      sample(systemd.timerOverdue, missed || tooLongAgo ? 1 : 0, { scope, name }),
      ...(timer.lastAt === undefined ? [] : [sample(systemd.timerLastTrigger, timer.lastAt / 1e3, { scope, name })]),
      ...(timer.nextAt === undefined ? [] : [sample(systemd.timerNextElapse, timer.nextAt / 1e3, { scope, name })]),
      ...(scope === SYSTEM ? [sample(systemd.nodeTimerLastTrigger, (timer.lastAt ?? 0) / 1e3, { name })] : []),
    ];
  });
}

/** Each socket's connections, under node_exporter's names. */
export async function socketSamples(source: Source, rows: readonly UnitRow[]): Promise<Sample[]> {
  const sockets = namesEnding(rows, '.socket');
  const details = await source.details(sockets, { Socket: ['NAccepted', 'NConnections', 'NRefused'] });
  return sockets.flatMap((name, index) => {
    const { NAccepted, NConnections, NRefused } = details[index] ?? {};
    const given = [
      [systemd.nodeSocketAccepted, numberOf(NAccepted)],
      [systemd.nodeSocketCurrent, numberOf(NConnections)],
      [systemd.nodeSocketRefused, numberOf(NRefused)],
    ] as const;
    return given.flatMap(([metric, value]) => (value === undefined ? [] : [sample(metric, value, { name })]));
  });
}

/** The units that are to be active: whether they are, and whether systemd has read their files as they are now. */
export async function expectedSamples(
  scope: string,
  source: Source,
  rows: readonly UnitRow[],
  expected: readonly string[],
): Promise<Sample[]> {
  if (expected.length === 0) return [];
  const details = await source.details(expected, { Unit: ['NeedDaemonReload', 'Id'] });
  return expected.flatMap((name, index) => {
    const { NeedDaemonReload, Id } = details[index] ?? {};
    const row = rows.find((one) => one.name === name) ?? rows.find((one) => one.name === textOf(Id));
    const needs = NeedDaemonReload === true || NeedDaemonReload === 'yes';
    return [
      sample(systemd.unitExpectedUp, row !== undefined && UP.has(row.active) ? 1 : 0, { scope, name }),
      sample(systemd.unitNeedsReload, needs ? 1 : 0, { scope, name }),
    ];
  });
}

/** node_exporter's states, for the units that the patterns name. */
export async function stateSamples(
  source: Source,
  rows: readonly UnitRow[],
  patterns: readonly string[],
): Promise<Sample[]> {
  if (patterns.length === 0) return [];
  const wanted = rows.filter(
    ({ name, load }) => load === 'loaded' && !DULL.test(name) && patterns.some((one) => isLike(name, one)),
  );
  const services = namesEnding(wanted, '.service');
  const details = await source.details(services, { Service: ['Type'] });
  const types = new Map(services.map((name, index) => [name, textOf(details[index]?.Type) ?? '']));
  const samples: Sample[] = [];
  for (const [index, { name, active }] of wanted.entries()) {
    samples.push(...stateVector(name, active, types.get(name) ?? ''));
    if (index % SLICE === SLICE - 1) await setImmediate();
  }
  return samples;
}

function namesEnding(rows: readonly UnitRow[], ending: string): string[] {
  return rows.filter(({ name, load }) => name.endsWith(ending) && load === 'loaded').map(({ name }) => name);
}

/** Whether a name fits a pattern in which `*` is any text. */
function isLike(name: string, pattern: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  if (parts.length === 0) return name === pattern;
  const last = parts.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}
