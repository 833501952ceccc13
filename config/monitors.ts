import type { ProbeKind } from '../collector/probes/index.ts';
import { Secret } from '../model/secret.ts';
import type { Complain, Inspect } from './inspector.ts';
import { unknownKey, valueAt } from './issues.ts';
import { type KindSettings, kindLoader } from './kinds.ts';
import type { Path } from './mistake.ts';
import { type Common, commonShape } from './monitor-settings.ts';
import { nearest, orList } from './nearest.ts';
import { gatherSettings } from './probe-settings.ts';
import { SYNONYMS } from './synonyms.ts';
import { cameAt, cameInWords } from './wanted.ts';

/** A monitor as far as it could be read. */
export interface Draft {
  readonly name: string;
  readonly common: Common;
  readonly kind?: KindSettings;
  readonly spec?: unknown;
}

/** Reads every monitor, complains of what is wrong with each, and gives what is right. */
export async function readMonitors(
  value: unknown,
  inspect: Inspect,
  complain: Complain,
  kinds: Readonly<Record<string, ProbeKind>>,
): Promise<Draft[]> {
  if (!isMap(value) || Object.keys(value).length === 0) {
    const came = isMap(value) ? 'nothing' : cameInWords(value);
    complain(['monitors'], `came ${came}, wanted a map of monitors by name, with one at least`, true);
    return [];
  }
  const door: Door = { inspect, complain, kinds: Object.keys(kinds), load: kindLoader(kinds) };
  const drafts: Draft[] = [];
  for (const [name, monitor] of Object.entries(value)) drafts.push(await readMonitor(door, name, monitor));
  return drafts;
}

interface Door {
  readonly inspect: Inspect;
  readonly complain: Complain;
  readonly kinds: readonly string[];
  readonly load: (kind: string) => Promise<KindSettings>;
}

async function readMonitor(door: Door, name: string, monitor: unknown): Promise<Draft> {
  const path: Path = ['monitors', name];
  if (!/^[^\p{C}/\s](?:[^\p{C}/\n]{0,78}[^\p{C}/\s])?$/u.test(name))
    door.complain(
      path,
      'came this name, wanted 1 to 80 printable characters without / and without spaces around',
      true,
    );
  if (!isMap(monitor)) {
    door.complain(
      path,
      `came ${cameInWords(monitor)}, wanted a map of settings with a probe, such as { http: https://… }`,
    );
    return { name, common: {} };
  }
  const common = commonOf(door, monitor, path);
  const kind = await kindOf(door, path, monitor);
  if (kind === undefined) return { name, common };
  const settings = gatherSettings(monitor, kind, path, Object.keys(commonShape), door.complain);
  const spec =
    settings === undefined ? undefined : door.inspect(kind.spec.schema, settings.value, path, settings.locate);
  if (spec === undefined) return { name, common, kind };
  for (const { path: inside, message } of kind.spec.lint?.(spec) ?? []) {
    const at = settings?.locate(inside) ?? path;
    const came = valueAt(monitor, at.slice(path.length));
    const isScalar = came !== undefined && typeof came !== 'object';
    door.complain(at, isScalar ? `came ${cameAt(at, came, message)}, wanted ${message}` : `wanted ${message}`);
  }
  return { name, common, kind, spec };
}

/** The settings that any monitor may have. Each is validated for itself, so that one mistake hides no other. */
function commonOf(door: Door, monitor: Readonly<Record<string, unknown>>, path: Path): Common {
  const written = Object.entries(commonShape).filter(([key]) => Object.hasOwn(monitor, key));
  return Object.fromEntries(
    written.map(([key, schema]) => [key, door.inspect<unknown>(schema, monitor[key], [...path, key])]),
  );
}

/** The one kind of probe of a monitor. A key that is both a kind and a setting of the other kind there is the setting. */
async function kindOf(door: Door, path: Path, monitor: object): Promise<KindSettings | undefined> {
  const keys = Object.keys(monitor);
  const present = await Promise.all(keys.filter((key) => door.kinds.includes(key)).map(door.load));
  const probes = present.filter((one) => !present.some((other) => other !== one && other.keys.has(one.name)));
  const [first, ...more] = probes.length > 0 ? probes : present;
  if (first === undefined) return sayProbeIsMissing(door, path, keys);
  for (const other of more)
    door.complain([...path, other.name], `came a second probe beside ${first.name}, wanted one`, true);
  return more.length > 0 ? undefined : first;
}

async function sayProbeIsMissing(door: Door, path: Path, keys: readonly string[]): Promise<undefined> {
  const kinds = await Promise.all(door.kinds.map(door.load));
  const settings = new Set([...Object.keys(commonShape), ...kinds.flatMap((kind) => [...kind.keys])]);
  const called = Object.fromEntries(kinds.flatMap(({ name, spec }) => (spec.alsoCalled ?? []).map((as) => [as, name])));
  const right = [...door.kinds, ...settings];
  const synonyms = { ...SYNONYMS, ...called };
  let meant = false;
  for (const key of keys) {
    if (settings.has(key)) continue;
    door.complain([...path, key], unknownKey(key, right, synonyms), true);
    meant ||= door.kinds.includes(nearest(key, right, synonyms) ?? '');
  }
  if (meant) return undefined;
  // A word of another tool that is a setting here of some kind: `url`.
  const alias = keys.find((key) => door.kinds.includes(synonyms[key] ?? ''));
  const hint = alias === undefined ? '' : `; did you mean ${synonyms[alias]} where it says ${alias}?`;
  door.complain(path, `came no probe, wanted one of ${orList(door.kinds)}${hint}`, true);
  return undefined;
}

/** Whether a value is a map of settings. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}
