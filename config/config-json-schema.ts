import { type JsonSchema, translated } from './json-schema.ts';
import { allKinds } from './kinds.ts';
import { type Sections, sections } from './sections.ts';

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

/** The JSON Schema (draft 7) of the config file, for editors: made of the very schemas that validate it. */
export async function configJsonSchema(kinds = allKinds, list: Sections = sections): Promise<JsonSchema> {
  const properties: Record<string, JsonSchema> = {};
  const definitions: Record<string, JsonSchema> = { secret: SECRET };
  for (const [key, section] of Object.entries(list)) {
    const made = 'schema' in section ? translated(key, section.schema) : await section.jsonSchema(kinds);
    properties[key] = made.schema;
    Object.assign(definitions, made.definitions);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Signalbox config',
    type: 'object',
    properties,
    additionalProperties: false,
    definitions,
  };
}
