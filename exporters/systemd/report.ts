import type { Instant } from '../../model/time.ts';
import type { TimerReport, UnitReport } from '../../model/unit.ts';
import type { Value } from './bus/reader.ts';
import { newsOf, numberOf, textOf } from './signals.ts';
import type { Source } from './source.ts';
import type { Properties, Wanted } from './systemd-calls.ts';
import { endingInWords } from './words.ts';

const UNIT = [
  'Id',
  'LoadState',
  'LoadError',
  'ActiveState',
  'SubState',
  'StateChangeTimestamp',
  'InvocationID',
  'ConditionResult',
  'ConditionTimestamp',
  'TriggeredBy',
];
const SERVICE = ['Type', 'Result', 'ExecMainCode', 'ExecMainStatus', 'ExecMainExitTimestamp', 'NRestarts'];
export const TIMER = ['Unit', 'LastTriggerUSec', 'NextElapseUSecRealtime', 'NextElapseUSecMonotonic'];

/** The kinds of units that say how they ended. */
const WITH_RESULT: Readonly<Record<string, Wanted>> = {
  service: { Service: SERVICE },
  timer: { Timer: ['Result', ...TIMER] },
  socket: { Socket: ['Result'] },
  mount: { Mount: ['Result'] },
  swap: { Swap: ['Result'] },
  path: { Path: ['Result'] },
  automount: { Automount: ['Result'] },
};

/** Everything that is wanted of one unit, but for what only a watch can know of it. */
export async function reportOf(source: Source, unit: string, monotonicNow: MonotonicNow): Promise<UnitReport> {
  const type = unit.slice(unit.lastIndexOf('.') + 1);
  const [properties = {}] = await source.details([unit], { Unit: UNIT, ...WITH_RESULT[type] });
  const { active = 'unknown', sub = '', invocation, result = 'success', code, status, restarts } = newsOf(properties);
  const failed = result !== 'success' || active === 'failed';
  return {
    name: textOf(properties.Id) ?? unit,
    load: textOf(properties.LoadState) ?? 'unknown',
    loadError: loadErrorOf(properties.LoadError),
    active,
    sub,
    since: instantOf(properties.StateChangeTimestamp),
    failure: failed ? { result, words: endingInWords({ result, code, status }) } : undefined,
    recent: [],
    serviceType: textOf(properties.Type),
    restarts,
    endedAt: instantOf(properties.ExecMainExitTimestamp),
    conditionFailedAt: isNo(properties.ConditionResult) ? instantOf(properties.ConditionTimestamp) : undefined,
    triggeredBy: listOf(properties.TriggeredBy),
    timer: type === 'timer' ? timerOf(properties, monotonicNow) : undefined,
    invocation,
  };
}

/** Now, by the wall and by systemd's monotonic clock, both in milliseconds. */
export interface MonotonicNow {
  readonly at: Instant;
  readonly monotonicMs: number;
}

/** What a timer's properties say. Times on the monotonic clock are told by the wall. */
export function timerOf(properties: Properties, now: MonotonicNow): TimerReport {
  const monotonic = numberOf(properties.NextElapseUSecMonotonic);
  const next = [
    instantOf(properties.NextElapseUSecRealtime),
    monotonic ? now.at + monotonic / 1e3 - now.monotonicMs : undefined,
  ].filter((one) => one !== undefined);
  return {
    unit: textOf(properties.Unit) ?? '',
    lastAt: instantOf(properties.LastTriggerUSec),
    nextAt: next.length === 0 ? undefined : Math.min(...next),
  };
}

/** Microseconds since the epoch from the bus, a date in UTC from systemctl; undefined for never. */
export function instantOf(value: Value | undefined): Instant | undefined {
  const microseconds = numberOf(value);
  if (microseconds !== undefined) return microseconds > 0 ? microseconds / 1e3 : undefined;
  const date = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/.exec(textOf(value) ?? '')?.[0];
  return date === undefined ? undefined : Date.parse(date);
}

/** From the bus the error's name and its words; systemctl prints them in quotes behind one another. */
function loadErrorOf(value: Value | undefined): string | undefined {
  if (Array.isArray(value)) return textOf(value[1]);
  return /"([^"]+)"\s*$/.exec(textOf(value) ?? '')?.[1];
}

function listOf(value: Value | undefined): readonly string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
  return textOf(value)?.split(' ') ?? [];
}

function isNo(value: Value | undefined): boolean {
  return value === false || value === 'no';
}
