import { z } from 'zod';

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

/** What becomes of a schema of ours, and the definitions that it refers to by `#/definitions/…`: those of the whole file. */
export interface Translation {
  readonly schema: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** What zod makes of a schema, with what it cannot know of ours. What refers to itself becomes a definition that is called after `name`. */
export function translated(name: string, schema: z.ZodType): Translation {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ jsonSchema, zodSchema }) => {
      const said = z.globalRegistry.get(zodSchema) ?? {};
      // zod leaves these out where a setting is transformed; ours are as one would write them.
      if (Array.isArray(said.examples)) jsonSchema.examples = said.examples;
      if (isEmptyMap(jsonSchema.default)) delete jsonSchema.default;
      if (said.default !== undefined) jsonSchema.default = said.default as z.core.JSONSchema.JSONSchema['default'];
      if (zodSchema._zod.def.type === 'custom' && said.title === 'secret')
        jsonSchema.allOf = [{ $ref: '#/definitions/secret' }];
    },
  });
  const text = JSON.stringify(made).replaceAll('#/definitions/__schema', `#/definitions/${name}-part`);
  const { $schema: _schema, definitions = {}, ...own } = JSON.parse(text) as JsonSchema;
  const named = Object.entries(definitions).map(([key, one]) => [key.replace('__schema', `${name}-part`), one]);
  return { schema: own, definitions: Object.fromEntries(named) };
}

/** The same settings, all of which may be left out. */
export function optional(shape: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
}

/** That nothing was said is no default worth showing. */
function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
