import type { Instant } from '../../model/time.ts';
import type { UnitNews } from './failures.ts';
import { newsOf } from './signals.ts';
import type { Source } from './source.ts';
import { instantOf } from './times.ts';

/** How a unit ended, and when it came into its present state. */
export interface UnitEnding {
  readonly name: string;
  readonly ending: UnitNews;
  readonly since: Instant | undefined;
}

const UNIT = ['InvocationID', 'StateChangeTimestamp'];
const SERVICE = ['Result', 'ExecMainCode', 'ExecMainStatus', 'NRestarts'];

/** How these units ended, asked for those of a kind together. */
export async function endingsOf(source: Source, names: readonly string[]): Promise<UnitEnding[]> {
  const byType = Map.groupBy(names, (name) => name.slice(name.lastIndexOf('.') + 1));
  const found: UnitEnding[] = [];
  for (const [type, some] of byType) {
    const of = `${type[0]?.toUpperCase() ?? ''}${type.slice(1)}`;
    const details = await source.details(some, { Unit: UNIT, [of]: type === 'service' ? SERVICE : ['Result'] });
    for (const [index, name] of some.entries()) {
      const properties = details[index] ?? {};
      found.push({ name, ending: newsOf(properties), since: instantOf(properties.StateChangeTimestamp) });
    }
  }
  return found;
}
