import { z } from 'zod';
import type { ProbeKind } from '../collector/probes/index.ts';
import type { ExporterKind } from '../exporters/index.ts';
import type { ExporterSpec } from '../model/exporter-spec.ts';
import { exporterShape, STANDARD_EVERY_MS } from './exporters.ts';
import { kindLoader } from './kinds.ts';
import { commonShape, topShape } from './schema.ts';
import { spanInUnits } from './span-in-units.ts';

/** A JSON Schema, as far as we look into it. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  $ref?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  minProperties?: number;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  definitions?: Record<string, JsonSchema>;
  $schema?: string;
  $id?: string;
}

const SECRET: JsonSchema = {
  title: 'secret',
  anyOf: [
    {
      type: 'string',
      pattern: '\\$\\{[A-Za-z_]\\w*\\}',
      description: `The variable NAME of the environment, as \${NAME}.`,
    },
    {
      type: 'object',
      properties: { file: { type: 'string', description: 'A file that holds the secret, seen from the config file.' } },
      required: ['file'],
      additionalProperties: false,
    },
  ],
};

/** The JSON Schema (draft 7) of the config file, for editors: made of the very schema that validates it. */
export async function configJsonSchema(
  kinds: Readonly<Record<string, ProbeKind>>,
  exporters: Readonly<Record<string, ExporterKind>>,
): Promise<JsonSchema> {
  const load = kindLoader(kinds);
  const loaded = await Promise.all(Object.keys(kinds).map(load));
  const specs = await Promise.all(
    Object.entries(exporters).map(async ([name, one]) => [name, await one.settings()] as const),
  );
  const made = translated(
    z.strictObject({
      top: z.strictObject(optional(topShape)),
      common: z.strictObject(optional(commonShape)),
      kinds: z.strictObject(Object.fromEntries(loaded.map(({ name, spec }) => [name, spec.schema]))),
      exporters: z.strictObject(Object.fromEntries(specs.map(([name, spec]) => [name, spec.schema]))),
      exporter: z.strictObject(optional(exporterShape)),
    }),
  );
  const { top, common, kinds: settings } = made.properties ?? {};
  const collected = Object.fromEntries(
    specs.map(([name, spec]) => [
      name,
      exporterOf(spec, made.properties?.exporters?.properties?.[name], made.properties?.exporter),
    ]),
  );
  const shared = Object.keys(common?.properties ?? {});
  const definitions: Record<string, JsonSchema> = { ...made.definitions, secret: SECRET, common: common ?? {} };
  for (const { name, spec } of loaded) {
    const { required: _required, ...inside } = settings?.properties?.[name] ?? {};
    definitions[`${name}-settings`] = inside;
    definitions[`${name}-monitor`] = monitorOf(name, inside, shared, spec.shorthand);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Signalbox config',
    type: 'object',
    properties: {
      ...top?.properties,
      monitors: {
        description: 'What is watched, by name. The name is the identity of the history.',
        type: 'object',
        minProperties: 1,
        additionalProperties: { anyOf: loaded.map(({ name }) => ({ $ref: `#/definitions/${name}-monitor` })) },
      },
      exporters: {
        description: 'What the box collects of its own machine, by name; `{}` runs one as it is.',
        type: 'object',
        properties: collected,
        additionalProperties: false,
      },
    },
    additionalProperties: false,
    definitions,
  };
}

/** An exporter: what all have, and its own settings. */
function exporterOf(spec: ExporterSpec<never>, own: JsonSchema = {}, shared: JsonSchema = {}): JsonSchema {
  const every = { ...shared.properties?.every, default: spanInUnits(spec.everyMs ?? STANDARD_EVERY_MS) };
  return { ...own, properties: { ...own.properties, every }, type: ['object', 'null'] };
}

/** What zod makes of a schema, with what it cannot know of ours. */
function translated(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ jsonSchema, zodSchema }) => {
      const said = z.globalRegistry.get(zodSchema) ?? {};
      // zod leaves these out where a setting is transformed; ours are as one would write them.
      if (Array.isArray(said.examples)) jsonSchema.examples = said.examples;
      if (said.default !== undefined) jsonSchema.default = said.default as z.core.JSONSchema.JSONSchema['default'];
      if (zodSchema._zod.def.type === 'custom' && said.title === 'secret')
        jsonSchema.allOf = [{ $ref: '#/definitions/secret' }];
    },
  }) as JsonSchema;
}

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

function optional(shape: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
}
