import { z } from 'zod';
import type { Monitor } from '../model/monitor.ts';
import { composeMonitor } from './compose-monitor.ts';
import { defaults } from './defaults-section.ts';
import { type JsonSchema, optional, translated } from './json-schema.ts';
import { kindLoader } from './kinds.ts';
import { commonShape } from './monitor-settings.ts';
import { readMonitors } from './monitors.ts';
import { lintMonitors } from './rules.ts';
import type { SectionOfKinds } from './section-of-kinds.ts';

/** `monitors`: what is watched. A kind of it is a folder and a line in `collector/probes/index.ts`. */
export const monitors: SectionOfKinds<readonly Monitor[]> = {
  joined: true,
  noun: '',
  async read(written, { inspect, complain, kinds, whole }) {
    const shared = whole.of(defaults) ?? {};
    const drafts = await readMonitors(written, inspect, complain, kinds.probes);
    lintMonitors(drafts, shared, complain);
    return drafts.flatMap((draft) => composeMonitor(draft, shared) ?? []);
  },
  async jsonSchema({ probes }) {
    const loaded = await Promise.all(Object.keys(probes).map(kindLoader(probes)));
    const { schema: common } = translated('monitor', z.strictObject(optional(commonShape)));
    const shared = Object.keys(common.properties ?? {});
    const definitions: Record<string, JsonSchema> = { common };
    for (const { name, spec } of loaded) {
      const made = translated(name, spec.schema);
      const { required: _required, ...inside } = made.schema;
      Object.assign(definitions, made.definitions);
      definitions[`${name}-settings`] = inside;
      definitions[`${name}-monitor`] = monitorOf(name, inside, shared, spec.shorthand);
    }
    const schema: JsonSchema = {
      description: 'What is watched, by name. The name is the identity of the history.',
      type: 'object',
      minProperties: 1,
      additionalProperties: { anyOf: loaded.map(({ name }) => ({ $ref: `#/definitions/${name}-monitor` })) },
    };
    return { schema, definitions };
  },
};

/** A monitor of one kind: the common keys, the kind's own, and its settings beside that. */
function monitorOf(kind: string, settings: JsonSchema, shared: readonly string[], shorthand?: string): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const own = (key: string): JsonSchema => ({ $ref: `#/definitions/${kind}-settings/properties/${key}` });
  for (const key of Object.keys(settings.properties ?? {})) properties[key] = own(key);
  for (const key of shared) properties[key] = { $ref: `#/definitions/common/properties/${key}` };
  const whole: JsonSchema = { $ref: `#/definitions/${kind}-settings` };
  properties[kind] = shorthand === undefined ? whole : { anyOf: [own(shorthand), whole] };
  return { type: 'object', properties, required: [kind], additionalProperties: false };
}
