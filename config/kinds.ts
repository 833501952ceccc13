import type { z } from 'zod';
import { type ProbeKind, probeKinds } from '../collector/probes/index.ts';
import { type ExporterKind, exporterKinds } from '../exporters/index.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';

/** What there is to choose from. */
export interface Kinds {
  readonly probes: Readonly<Record<string, ProbeKind>>;
  readonly exporters: Readonly<Record<string, ExporterKind>>;
}

/** All that there are. */
export const allKinds: Kinds = { probes: probeKinds, exporters: exporterKinds };

/** What the door knows of a kind of probe. */
export interface KindSettings {
  readonly name: string;
  readonly spec: ProbeSpec<unknown>;
  /** The names of its settings. */
  readonly keys: ReadonlySet<string>;
}

/** Loads the settings of kinds, each once. */
export function kindLoader(kinds: Readonly<Record<string, ProbeKind>>): (name: string) => Promise<KindSettings> {
  const loaded = new Map<string, Promise<KindSettings>>();
  return (name) => {
    const before = loaded.get(name);
    if (before !== undefined) return before;
    const loading = load(name, kinds[name]);
    loaded.set(name, loading);
    return loading;
  };
}

async function load(name: string, kind: ProbeKind | undefined): Promise<KindSettings> {
  if (kind === undefined) throw new Error(`there is no probe of the kind ${name}`);
  const spec = (await kind.settings()) as unknown as ProbeSpec<unknown>;
  return { name, spec, keys: new Set(Object.keys(shapeOf(spec.schema) ?? {})) };
}

interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly in?: z.ZodType;
  readonly innerType?: z.ZodType;
}

/** The settings of a strict object, also where it is wrapped in defaults or transformed afterwards. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const definition = schema.def as Definition;
  if (definition.shape !== undefined) return definition.shape;
  const inner = definition.in ?? definition.innerType;
  return inner === undefined ? undefined : shapeOf(inner);
}
