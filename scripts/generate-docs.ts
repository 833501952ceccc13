/** Writes what is generated: `signalbox.schema.json` and the tables of options from the schema of the config, those of metrics from the catalogue. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from '../cli/schema.ts';
import { probeKinds } from '../collector/probes/index.ts';
import { configJsonSchema } from '../config/config-json-schema.ts';
import type { JsonSchema } from '../config/json-schema.ts';
import { markdownTable, optionTable } from '../config/option-tables.ts';
import type { Metric } from '../model/metric.ts';
import { exporter } from '../model/metrics/exporter.ts';
import { probe } from '../model/metrics/probe.ts';
import { process, self } from '../model/metrics/self.ts';
import { storage } from '../model/metrics/storage.ts';

const ROOT = join(import.meta.dirname, '..');

/** Each generated file and what it should hold, by its path inside the repository. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const byPath = { 'docs/configuration.md': await optionTables(), 'docs/metrics.md': metricTables() };
  return new Map([
    ['signalbox.schema.json', await schemaText()],
    ...Object.entries(byPath).map(
      ([path, tables]) => [path, withTables(readFileSync(join(ROOT, path), 'utf8'), tables)] as const,
    ),
  ]);
}

function metricTables(): Record<string, string> {
  const { interval, standing, since, monitor, ...ofBox } = self;
  return {
    monitors: metricTable([...Object.values(probe), interval, standing, since, monitor]),
    exporters: metricTable(Object.values(exporter)),
    box: metricTable([...Object.values(ofBox), ...Object.values(process)]),
    storage: metricTable(Object.values(storage)),
  };
}

function metricTable(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => {
    const braces = labels.length === 0 ? '' : `{${labels.join(',')}}`;
    return [`\`${name}${braces}\``, type, help];
  });
  return markdownTable([['name', 'type', 'says'], ...rows]);
}

async function optionTables(): Promise<Record<string, string>> {
  const schema = await configJsonSchema();
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
    /(<!-- (?:options|metrics): (\w+) -->\n)[\s\S]*?(<!-- end of (?:options|metrics) -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}\n${byName[name] ?? ''}\n\n${end}`,
  );
}

if (import.meta.main)
  for (const [path, text] of await generatedFiles()) {
    writeFileSync(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
