import { sample } from '../../model/metric.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Sample } from '../../model/sample.ts';
import { type Clock, SECOND } from '../../model/time.ts';
import { endingsOf, type UnitEnding } from './endings.ts';
import { lastWords } from './journal.ts';
import type { Place } from './place.ts';
import type { Source } from './source.ts';
import type { UnitRow } from './systemd-calls.ts';
import { endingInWords } from './words.ts';

/** More failed units than this are counted, but not each told of. */
const MOST = 100;
/** So many are told of with their last words in one collection. */
const MOST_TOLD = 5;
const JOURNAL_MS = 3 * SECOND;

/** Speaks of the units that are failed: in samples each time, in words once, when they came to it. */
export function createFailed(place: Place, clock: Clock, onTrouble: (message: string) => void) {
  let known = new Set<string>();

  async function tell({ name, ending }: UnitEnding, signal: AbortSignal): Promise<void> {
    const { result = 'unknown', code, status, invocation } = ending;
    const question = { unit: name, invocation, userId: place.userId };
    const said = await lastWords(place.journalctl, question, signal);
    const whose = place.scope === 'system' ? '' : ` of ${place.scope}`;
    const last = said === undefined ? '' : `; it last said: ${said}`;
    onTrouble(`${name}${whose} failed: ${endingInWords({ result, code, status })}${last}`);
  }

  /** A large journal takes its time; the figures are not to wait for it. */
  async function tellAll(failed: readonly UnitEnding[], signal: AbortSignal): Promise<void> {
    const deadline = new AbortController();
    const cancel = clock.after(JOURNAL_MS, () => deadline.abort());
    await Promise.all(failed.map((one) => tell(one, AbortSignal.any([signal, deadline.signal])))).finally(cancel);
  }

  return {
    async samples(source: Source, rows: readonly UnitRow[], signal: AbortSignal): Promise<Sample[]> {
      const names = rows.filter(({ active }) => active === 'failed').map(({ name }) => name);
      const failed = await endingsOf(source, names.slice(0, MOST));
      known = known.intersection(new Set(names));
      const untold = failed.filter(({ name }) => !known.has(name)).slice(0, MOST_TOLD);
      for (const { name } of untold) known.add(name);
      await tellAll(untold, signal);
      return failed.map(({ name, ending }) =>
        sample(systemd.unitFailed, 1, { scope: place.scope, name, result: ending.result ?? 'unknown' }),
      );
    },
  };
}
