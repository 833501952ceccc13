import { sample } from '../../model/metric.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Sample } from '../../model/sample.ts';
import type { FailureBook } from './failures.ts';
import { lastWords } from './journal.ts';
import type { Place } from './place.ts';
import { newsOf } from './signals.ts';
import type { Source } from './source.ts';
import type { UnitRow } from './systemd-calls.ts';
import { endingInWords } from './words.ts';

/** More failed units than this are counted, but not each told of. */
const MOST = 100;
/** So many are told of with their last words in one collection. */
const MOST_TOLD = 5;
const ENDING = ['Result', 'ExecMainCode', 'ExecMainStatus'];

/** Speaks of the units that are failed: in samples each time, in words once, when they came to it. */
export function createFailed(place: Place, onTrouble: (message: string) => void) {
  let known = new Set<string>();

  async function tell(name: string, how: string, invocation: string | undefined, signal: AbortSignal): Promise<void> {
    const question = { unit: name, invocation, ofUser: place.scope !== 'system' };
    const said = await lastWords(place.journalctl, question, signal);
    onTrouble(
      `${name}${place.scope === 'system' ? '' : ` of ${place.scope}`} failed: ${how}${said ? `; it last said: ${said}` : ''}`,
    );
  }

  return {
    async samples(source: Source, rows: readonly UnitRow[], book: FailureBook, signal: AbortSignal): Promise<Sample[]> {
      const failed = rows.filter(({ active }) => active === 'failed').slice(0, MOST);
      known = known.intersection(new Set(failed.map(({ name }) => name)));
      const samples: Sample[] = [];
      const tellings: Promise<void>[] = [];
      for (const { name } of failed) {
        const type = name.slice(name.lastIndexOf('.') + 1);
        const of = `${type[0]?.toUpperCase() ?? ''}${type.slice(1)}`;
        const wanted = { Unit: ['InvocationID'], [of]: type === 'service' ? ENDING : ['Result'] };
        const {
          result = 'unknown',
          code,
          status,
          invocation,
        } = newsOf((await source.details([name], wanted))[0] ?? {});
        samples.push(sample(systemd.unitFailed, 1, { scope: place.scope, name, result }));
        if (known.has(name) || tellings.length >= MOST_TOLD) continue;
        known.add(name);
        tellings.push(
          tell(name, endingInWords({ result, code, status }), invocation ?? book.last(name)?.invocation, signal),
        );
      }
      await Promise.all(tellings);
      return samples;
    },
  };
}
