import type { z } from 'zod';
import type { ExporterKind } from '../exporters/index.ts';
import type { ExporterSettings } from '../model/exporter.ts';
import { between } from '../model/settings.ts';
import { HOUR, SECOND } from '../model/time.ts';
import type { Complain, Inspect } from './inspector.ts';
import { unknownKey, valueAt } from './issues.ts';
import { shapeOf } from './kinds.ts';
import { isMap } from './monitors.ts';
import { cameAt, cameInWords } from './wanted.ts';

/** How often an exporter collects that has no interval of its own. */
export const STANDARD_EVERY_MS = 15 * SECOND;

/** The settings that every exporter has. */
export const exporterShape = {
  every: between(SECOND, HOUR, 'a duration from 1s to 1h').meta({ description: 'How often it collects.' }),
};

/** Reads every exporter, complains of what is wrong with each, and gives what is right. What is not named does not run. */
export async function readExporters(
  value: unknown,
  inspect: Inspect,
  complain: Complain,
  kinds: Readonly<Record<string, ExporterKind>>,
): Promise<ExporterSettings[]> {
  if (value === undefined || value === null) return [];
  if (!isMap(value)) {
    complain(['exporters'], `came ${cameInWords(value)}, wanted a map of exporters by name`, true);
    return [];
  }
  const read: ExporterSettings[] = [];
  for (const [name, written] of Object.entries(value)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    const one = kind && (await readExporter(name, kind, written ?? {}, inspect, complain));
    if (kind === undefined) complain(['exporters', name], unknownKey(name, Object.keys(kinds)), true);
    if (one !== undefined) read.push(one);
  }
  return read;
}

async function readExporter(
  name: string,
  kind: ExporterKind,
  written: unknown,
  inspect: Inspect,
  complain: Complain,
): Promise<ExporterSettings | undefined> {
  const path = ['exporters', name];
  if (!isMap(written)) {
    complain(path, `came ${cameInWords(written)}, wanted a map of settings; {} runs it as it is`);
    return undefined;
  }
  const spec = await kind.settings();
  const { every, ...own } = written;
  const everyMs = every === undefined ? undefined : inspect(exporterShape.every, every, [...path, 'every']);
  const known = [...Object.keys(exporterShape), ...Object.keys(shapeOf(spec.schema) ?? {})];
  for (const key of Object.keys(own)) {
    if (known.includes(key)) continue;
    complain([...path, key], unknownKey(key, known), true);
    delete own[key];
  }
  const settings = inspect(spec.schema as z.ZodType<never>, own, path);
  if (settings === undefined) return undefined;
  for (const { path: inside, message } of spec.lint?.(settings) ?? []) {
    const at = [...path, ...inside];
    const came = valueAt(own, inside);
    const isScalar = came !== undefined && typeof came !== 'object';
    complain(at, isScalar ? `came ${cameAt(at, came, message)}, wanted ${message}` : `wanted ${message}`);
  }
  return { name, everyMs: everyMs ?? spec.everyMs ?? STANDARD_EVERY_MS, settings };
}
