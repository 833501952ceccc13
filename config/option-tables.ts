import type { JsonSchema } from './json-schema.ts';

/** The options of a schema as a Markdown table: a row for each, with those inside it beneath. Empty when it has none. */
export function optionTable(schema: JsonSchema): string {
  const rows = rowsOf(schema, '');
  if (rows.length === 0) return '';
  return markdownTable([['option', 'written as', 'when left out', 'what it does'], ...rows]);
}

/** A Markdown table in the form that the formatter of this repository leaves alone. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => [...(row[column] ?? '')].length)));
  const pad = (cells: readonly string[]): string =>
    `| ${cells.map((one, column) => one + ' '.repeat((widths[column] ?? 0) - [...one].length)).join(' | ')} |`;
  return [pad(head), pad(widths.map((width) => '-'.repeat(width))), ...rows.map(pad)].join('\n');
}

const DEEPEST = 4;

function rowsOf(schema: JsonSchema, above: string): string[][] {
  const rows: string[][] = [];
  for (const [name, { option, inList }] of optionsOf(schema)) {
    const path = above === '' ? name : `${above}${inList ? '[]' : ''}.${name}`;
    rows.push([`\`${path}\``, waysIn(option), standardIn(option), cell(option.description ?? '')]);
    if (path.split('.').length < DEEPEST) rows.push(...rowsOf(option, path));
  }
  return rows;
}

interface Found {
  readonly option: JsonSchema;
  readonly inList: boolean;
}

/** The options directly inside a schema, also where it is one of several shapes, or a list of them. */
function optionsOf(schema: JsonSchema, inList = false, found = new Map<string, Found>()): Map<string, Found> {
  for (const [name, option] of Object.entries(schema.properties ?? {}))
    if (!found.has(name)) found.set(name, { option, inList });
  const shapes = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  for (const shape of shapes.filter((one) => one.items === undefined)) optionsOf(shape, inList, found);
  for (const shape of shapes.filter((one) => one.items !== undefined)) optionsOf(shape, inList, found);
  if (schema.items !== undefined) optionsOf(schema.items, true, found);
  return found;
}

function standardIn({ default: standard }: JsonSchema): string {
  if (standard === undefined || (typeof standard === 'object' && Object.keys(standard ?? {}).length === 0)) return '';
  return `\`${inYaml(standard)}\``;
}

/** How a value is written, in a few words. */
function waysIn(schema: JsonSchema): string {
  return cell([...new Set(waysOf(schema))].join(' or '));
}

function waysOf(schema: JsonSchema): string[] {
  if (schema.allOf?.[0]?.$ref === '#/definitions/secret') return ['secret'];
  if (schema.allOf !== undefined) return ['any value'];
  if (schema.title === 'duration' || schema.title === 'size') return [schema.title];
  if (schema.examples !== undefined) return schema.examples.map((one) => `\`${inYaml(one)}\``);
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${String(one)}\``);
  if (schema.const !== undefined) return [`\`${String(schema.const)}\``];
  const shapes = schema.anyOf ?? schema.oneOf;
  if (shapes !== undefined) return waysOfShapes(shapes);
  if (schema.$ref !== undefined || Array.isArray(schema.type)) return ['any value'];
  if (schema.type === 'array') return [`list of ${waysIn(schema.items ?? {})}`];
  if (schema.type === 'object') return [typeof schema.additionalProperties === 'object' ? 'map by name' : 'map'];
  if (schema.type === 'boolean') return ['`true`', '`false`'];
  if (schema.type === 'string') return [schema.format === 'regex' ? 'regular expression' : 'text'];
  return [schema.type === 'integer' ? 'whole number' : 'number'];
}

function waysOfShapes(shapes: readonly JsonSchema[]): string[] {
  const alone = shapes.filter((shape) => shape.type !== 'array').flatMap(waysOf);
  return shapes.flatMap((shape) => {
    if (shape.type !== 'array' || shape.items === undefined) return waysOf(shape);
    return waysOf(shape.items).every((way) => alone.includes(way)) ? ['a list of them'] : waysOf(shape);
  });
}

function inYaml(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
