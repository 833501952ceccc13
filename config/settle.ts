import type { Section, Whole } from '../model/section.ts';
import type { Complain, Inspect } from './inspector.ts';
import { unknownKey, valueAt } from './issues.ts';
import type { Kinds } from './kinds.ts';
import type { Path } from './mistake.ts';
import { isMap } from './monitors.ts';
import { noMonitor } from './needs.ts';
import type { Sections } from './sections.ts';

/** The value of every section that is right, by its key; of the others it has complained. */
export async function settleSections(
  written: Readonly<Record<string, unknown>>,
  inspect: Inspect,
  complain: Complain,
  kinds: Kinds,
  list: Sections,
): Promise<Record<string, unknown>> {
  const keys = Object.keys(list);
  for (const key of Object.keys(written)) if (!keys.includes(key)) complain([key], unknownKey(key, keys), true);
  const settled = new Map<object, unknown>();
  const whole = wholeOf(settled, written);
  const plain = Object.entries(list).flatMap(([key, one]) => ('schema' in one ? [{ key, section: one }] : []));
  for (const { key, section } of plain) settled.set(section, inspect(section.schema, written[key], [key]));
  for (const [key, section] of Object.entries(list))
    if ('read' in section) settled.set(section, await section.read(written[key], { inspect, complain, kinds, whole }));
  for (const { key, section } of plain) {
    const value = settled.get(section);
    if (value === undefined) continue;
    for (const { path, message } of section.lint?.(value, whole) ?? [])
      complain([key, ...asWritten(written[key], path)], message);
  }
  const values = Object.entries(list).map(([key, section]) => [key, settled.get(section)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function wholeOf(settled: ReadonlyMap<object, unknown>, { monitors }: Readonly<Record<string, unknown>>): Whole {
  const names = new Set(isMap(monitors) ? Object.keys(monitors) : []);
  return {
    of: <Value>(section: Section<Value>) => settled.get(section) as Value | undefined,
    noMonitor: (name) => (names.has(name) ? undefined : noMonitor(name, names)),
  };
}

/** Where a setting stands in the file: what is always a list in code may be written as one value. */
function asWritten(value: unknown, path: Path): Path {
  const last = path.at(-1);
  return typeof last === 'number' && valueAt(value, path) === undefined ? path.slice(0, -1) : path;
}
