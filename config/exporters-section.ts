import { z } from 'zod';
import type { ExporterSettings } from '../model/exporter.ts';
import { exporterShape, readExporters, STANDARD_EVERY_MS } from './exporters.ts';
import { type JsonSchema, optional, translated } from './json-schema.ts';
import type { SectionOfKinds } from './section-of-kinds.ts';
import { spanInUnits } from './span-in-units.ts';

/** `exporters`: what the box collects beside its checks. A kind of it is a folder and a line in `exporters/index.ts`. */
export const exporters: SectionOfKinds<readonly ExporterSettings[]> = {
  joined: true,
  noun: 'exporter',
  read: (written, { inspect, complain, kinds }) => readExporters(written, inspect, complain, kinds.exporters),
  async jsonSchema(kinds) {
    const shared = translated('exporter', z.strictObject(optional(exporterShape))).schema;
    const properties: Record<string, JsonSchema> = {};
    const definitions: Record<string, JsonSchema> = {};
    for (const [name, kind] of Object.entries(kinds.exporters)) {
      const spec = await kind.settings();
      const own = translated(name, spec.schema);
      const every = { ...shared.properties?.every, default: spanInUnits(spec.everyMs ?? STANDARD_EVERY_MS) };
      properties[name] = {
        ...own.schema,
        properties: { ...own.schema.properties, every },
        type: ['object', 'null'],
      };
      Object.assign(definitions, own.definitions);
    }
    const schema: JsonSchema = {
      description: 'What the box collects of its own machine, by name; `{}` runs one as it is.',
      type: 'object',
      properties,
      additionalProperties: false,
    };
    return { schema, definitions };
  },
};
