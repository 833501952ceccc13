import type { Change } from '../../../model/change.ts';
import { HOUR, type Instant } from '../../../model/time.ts';
import type { DockerEvent } from './events.ts';
import { exited } from './inventory.ts';

/** When a container's state changed lately, by its name. */
export type Restless = Readonly<Record<string, readonly Instant[]>>;

/** A container that crashes again and again is told of so often in an hour. */
const MOST_AN_HOUR = 12;

/** The state that an event tells of; undefined when it tells of none. */
export function stateOf({ action, exitCode = '?' }: DockerEvent): string | undefined {
  if (action === 'start' || action === 'unpause') return 'running';
  if (action === 'pause') return 'paused';
  return action === 'die' ? exited(exitCode) : undefined;
}

/** Leaves out what a restless container does after the twelfth time in an hour; the twelfth says so. */
export function calm(
  changes: readonly Change[],
  before: Restless,
  now: Instant,
): { readonly changes: readonly Change[]; readonly restless: Restless } {
  const restless = new Map(
    Object.entries(before)
      .map(([name, times]): [string, Instant[]] => [name, times.filter((at) => at > now - HOUR)])
      .filter(([, times]) => times.length > 0),
  );
  const kept = changes.flatMap((change): Change[] => {
    const times = restless.get(change.what) ?? [];
    restless.set(change.what, times);
    if (times.length >= MOST_AN_HOUR) return [];
    times.push(change.at);
    if (times.length < MOST_AN_HOUR) return [change];
    return [{ ...change, detail: 'it comes and goes again and again: no more of it is noted for an hour' }];
  });
  return { changes: kept, restless: Object.fromEntries(restless) };
}
