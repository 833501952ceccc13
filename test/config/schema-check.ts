import type { JsonSchema } from '../../config/json-schema.ts';

/** Whether a value fits a JSON Schema, as far as ours uses the language. */
export function fitsSchema(value: unknown, schema: JsonSchema, root: JsonSchema = schema): boolean {
  const fits = (one: unknown, inner: JsonSchema): boolean => fitsSchema(one, inner, root);
  if (schema.$ref !== undefined) return fits(value, resolve(schema.$ref, root));
  if (schema.anyOf?.every((shape) => !fits(value, shape))) return false;
  if (schema.oneOf !== undefined && schema.oneOf.filter((shape) => fits(value, shape)).length !== 1) return false;
  if (schema.allOf?.some((shape) => !fits(value, shape))) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (schema.const !== undefined && schema.const !== value) return false;
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return false;
  if (typeof value === 'string') return schema.pattern === undefined || new RegExp(schema.pattern).test(value);
  if (typeof value === 'number') return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
  if (Array.isArray(value)) return value.every((one) => schema.items === undefined || fits(one, schema.items));
  if (typeof value !== 'object' || value === null) return true;
  return fitsMap(value as Record<string, unknown>, schema, fits);
}

function fitsMap(
  value: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  fits: (value: unknown, schema: JsonSchema) => boolean,
): boolean {
  if (schema.required?.some((key) => !Object.hasOwn(value, key))) return false;
  return Object.entries(value).every(([key, one]) => {
    const own = schema.properties?.[key] ?? schema.additionalProperties;
    if (typeof own === 'object') return fits(one, own);
    return own !== false;
  });
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** What a reference such as `#/definitions/secret` points at. */
function resolve(reference: string, root: JsonSchema): JsonSchema {
  let here: unknown = root;
  for (const step of reference.split('/').slice(1)) here = (here as Record<string, unknown>)[step];
  return here as JsonSchema;
}
