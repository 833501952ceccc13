/** Writes what is generated from the schema of the config: `signalbox.schema.json`, and the tables of options in the docs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from '../cli/schema.ts';
import { probeKinds } from '../collector/probes/index.ts';
import { configJsonSchema, type JsonSchema } from '../config/json-schema.ts';
import { optionTable } from '../config/option-tables.ts';
import { exporterKinds } from '../exporters/index.ts';

const ROOT = join(import.meta.dirname, '..');

/** Each generated file and what it should hold, by its path inside the repository. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const docs = 'docs/configuration.md';
  return new Map([
    ['signalbox.schema.json', await schemaText()],
    [docs, withTables(readFileSync(join(ROOT, docs), 'utf8'), await tables())],
  ]);
}

async function tables(): Promise<Record<string, string>> {
  const schema = await configJsonSchema(probeKinds, exporterKinds);
  const { monitors: _monitors, exporters, ...top } = schema.properties ?? {};
  const probes: string[] = [];
  for (const [kind, { settings }] of Object.entries(probeKinds)) {
    const { shorthand } = await settings();
    const plain = shorthand === undefined ? '' : `A plain value, \`${kind}: …\`, is its \`${shorthand}\`.\n\n`;
    probes.push(`### ${kind}\n\n${plain}${optionTable(schema.definitions?.[`${kind}-settings`] ?? {})}`);
  }
  const collected = Object.entries(exporters?.properties ?? {}).map(
    ([name, one]) => `### ${name}\n\n${optionTable(one)}`,
  );
  const common: JsonSchema = schema.definitions?.common ?? {};
  return {
    top: optionTable({ properties: top }),
    monitor: optionTable(common),
    probes: probes.join('\n\n'),
    exporters: collected.join('\n\n'),
  };
}

/** The text with each table between its markers. */
function withTables(text: string, byName: Readonly<Record<string, string>>): string {
  return text.replace(
    /(<!-- options: (\w+) -->\n)[\s\S]*?(<!-- end of options -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}\n${byName[name] ?? ''}\n\n${end}`,
  );
}

if (import.meta.main)
  for (const [path, text] of await generatedFiles()) {
    writeFileSync(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
