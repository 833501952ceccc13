import type { UnitReport } from '../../model/unit.ts';
import type { Value } from '../../programs/dbus/reader.ts';
import { newsOf, textOf } from './signals.ts';
import type { Source } from './source.ts';
import type { Wanted } from './systemd-calls.ts';
import { TIMER, timerOf } from './timers.ts';
import { instantOf, type MonotonicNow } from './times.ts';
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
/** systemd.exec(5), ExecCondition: systemd keeps it as a result, and means a unit that was not to be started. */
const SKIPPED = 'exec-condition';

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
  const since = instantOf(properties.StateChangeTimestamp);
  const failed = active === 'failed' || (result !== 'success' && result !== SKIPPED);
  return {
    name: textOf(properties.Id) ?? unit,
    load: textOf(properties.LoadState) ?? 'unknown',
    loadError: loadErrorOf(properties.LoadError),
    active,
    sub,
    since,
    failure: failed ? { result, words: endingInWords({ result, code, status }) } : undefined,
    recent: [],
    serviceType: textOf(properties.Type),
    restarts,
    endedAt: instantOf(properties.ExecMainExitTimestamp),
    conditionFailedAt: isNo(properties.ConditionResult)
      ? instantOf(properties.ConditionTimestamp)
      : result === SKIPPED
        ? since
        : undefined,
    triggeredBy: listOf(properties.TriggeredBy),
    timer: type === 'timer' ? timerOf(properties, monotonicNow) : undefined,
    invocation,
  };
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
