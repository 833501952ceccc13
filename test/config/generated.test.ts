import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { probeKinds } from '../../collector/probes/index.ts';
import { configJsonSchema } from '../../config/config-json-schema.ts';
import type { JsonSchema } from '../../config/json-schema.ts';
import { exporterKinds } from '../../exporters/index.ts';
import { catalogue } from '../../model/metrics/index.ts';
import { generatedFiles } from '../../scripts/generate-docs.ts';

for (const [path, text] of await generatedFiles())
  test(`${path} is fresh (else run: node scripts/generate-docs.ts)`, () => {
    assert.equal(readFileSync(join(import.meta.dirname, '../..', path), 'utf8'), text);
  });

test('the docs have every metric but those of node_exporter, and none that there is not', () => {
  const root = join(import.meta.dirname, '../..');
  const docs = globSync('docs/**/*.md', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
  const said = new Set(docs.join('\n').match(/(?<![\w.:-])[a-z]+_\w+\b/g));
  const names = catalogue.flatMap((group) => Object.values(group).map(({ name }) => name));
  const absent = names.filter((name) => !name.startsWith('node_') && !said.has(name));
  assert.deepEqual(absent, []);
  const ours = /^(?:signalbox|dockerfw|systemd|probe)_\w+(?:_total|_seconds|_bytes|_info|_ratio)$/;
  const known = new Set(names);
  assert.deepEqual(
    [...said].filter((name) => ours.test(name) && !known.has(name)),
    [],
  );
});

test('each kind of probe and each exporter has its page', () => {
  const docs = join(import.meta.dirname, '../../docs');
  const pages = (folder: string) =>
    globSync('*.md', { cwd: join(docs, folder) })
      .map((file) => file.replace('.md', ''))
      .sort();
  assert.deepEqual(pages('probes'), Object.keys(probeKinds).sort());
  assert.deepEqual(pages('exporters'), Object.keys(exporterKinds).sort());
});

test('each group of metrics is in the catalogue', async () => {
  const folder = join(import.meta.dirname, '../../model/metrics');
  const listed = new Set<unknown>(catalogue);
  for (const file of globSync('*.ts', { cwd: folder })) {
    if (file === 'index.ts') continue;
    const module = (await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>;
    const groups = Object.entries(module).filter(([, group]) => isGroup(group));
    for (const [name, group] of groups) assert.ok(listed.has(group), `${name} of ${file} is in no list`);
  }
});

function isGroup(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((one: unknown) => typeof one === 'object' && one !== null && 'help' in one)
  );
}

test('an editor can explain every setting', async () => {
  const schema = await configJsonSchema();
  assert.deepEqual(unexplained(schema, 'config'), []);
});

test('a secret is written as a variable or a file, never as text in clear', async () => {
  const schema = await configJsonSchema();
  const [variable, file] = schema.definitions?.secret?.anyOf ?? [];
  assert.match(`\${TOKEN}`, new RegExp(variable?.pattern ?? ''));
  assert.doesNotMatch('hunter2', new RegExp(variable?.pattern ?? ''));
  assert.deepEqual(file?.required, ['file']);
});

function unexplained(schema: JsonSchema, path: string): string[] {
  const found: string[] = [];
  for (const [name, option] of Object.entries(schema.properties ?? {})) {
    const here = `${path}.${name}`;
    if (option.description === undefined && option.$ref === undefined && option.anyOf?.[0]?.$ref === undefined)
      found.push(here);
    found.push(...unexplained(option, here));
  }
  for (const shape of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) found.push(...unexplained(shape, path));
  if (schema.items !== undefined) found.push(...unexplained(schema.items, `${path}[]`));
  if (typeof schema.additionalProperties === 'object')
    found.push(...unexplained(schema.additionalProperties, `${path}.*`));
  for (const [name, one] of Object.entries(schema.definitions ?? {})) found.push(...unexplained(one, name));
  return found;
}
