import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { parse } from 'yaml';
import { buildDashboards } from '../../dashboards/build.ts';
import { FOLDER } from '../../dashboards/files.ts';
import { boards } from '../../dashboards/index.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the files are what the code builds, and building is the same each time', async () => {
  const built = buildDashboards();
  assert.deepEqual(buildDashboards(), built);
  assert.equal(built.size, boards.length, 'a uid is there twice');
  assert.deepEqual((await readdir(FOLDER)).sort(), [...built.keys()].map((uid) => `${uid}.json`).sort());
  for (const [uid, wanted] of built)
    assert.equal(
      await readFile(join(FOLDER, `${uid}.json`), 'utf8'),
      wanted,
      `${uid} is old: signalbox dashboards build`,
    );
});

test("the files are of the types that Grafana's own code has for them", async () => {
  const { code, said } = await compile(
    await Promise.all(boards.map(({ uid }) => readFile(join(FOLDER, `${uid}.json`), 'utf8'))),
  );
  assert.equal(code, 0, said);
});

test('the types find what is wrong: a format of no table, a crosshair that is none, a setting that is not there', async () => {
  const [first = ''] = await Promise.all(boards.map(({ uid }) => readFile(join(FOLDER, `${uid}.json`), 'utf8')));
  const wrong = [
    first.replace('"graphTooltip": 1', '"graphTooltip": 7'),
    first.replace('"mode": "absolute"', '"mode": "absolut"'),
    first.replace('"schemaVersion"', '"schemeVersion"'),
  ];
  const { code, said } = await compile(wrong);
  assert.notEqual(code, 0);
  for (const index of wrong.keys()) assert.match(said, new RegExp(`dashboard-${index}\\.ts`));
});

test('what Grafana is provisioned with reads, and cannot write', async () => {
  const folder = join(ROOT, 'packaging/grafana/provisioning');
  const read = async (name: string) => parse(await readFile(join(folder, name, 'signalbox.yml'), 'utf8'));
  const { datasources } = await read('datasources');
  const [{ type, access, url, editable }] = datasources;
  assert.deepEqual([datasources.length, type, access, editable], [1, 'prometheus', 'proxy', false]);
  assert.equal(new URL(url).pathname, '/prometheus');
  const { providers } = await read('dashboards');
  assert.deepEqual([providers.length, providers[0].type, providers[0].allowUiUpdates], [1, 'file', false]);
});

/** Each text as a constant of Grafana's type, and what the compiler says. */
async function compile(dashboards: readonly string[]): Promise<{ code: number | null; said: string }> {
  const cache = join(ROOT, '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'grafana-types-'));
  try {
    await writeFile(join(folder, 'grafana.ts'), TYPES);
    for (const [index, one] of dashboards.entries())
      await writeFile(
        join(folder, `dashboard-${index}.ts`),
        `import type { Built } from './grafana.ts';\nexport const dashboard: Built = ${one.trim()};\n`,
      );
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'nodenext',
      target: 'es2024',
      types: [],
      allowImportingTsExtensions: true,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, said: `${said}${complaints}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** JSON has the values of enumerations and not their names; what the Prometheus data source adds to an annotation is no part of Grafana's schema. */
const TYPES = `
import type { AnnotationQuery, Dashboard, Panel, RowPanel } from '@grafana/schema';
type Json<Of> = Of extends string ? \`\${Of}\` : Of extends (infer One)[] ? Json<One>[] : Of extends object ? { [Key in keyof Of]: Json<Of[Key]> } : Of;
type OfPrometheus = { titleFormat?: string; textFormat?: string; useValueForTime?: boolean };
type Marks = Omit<Json<AnnotationQuery>, 'target'> & OfPrometheus & { target?: Record<string, unknown> };
type Drawn = Json<Panel> & { type: 'stat' | 'timeseries' | 'table' | 'state-timeline' };
type Row = Omit<Json<RowPanel>, 'panels'> & { type: 'row'; panels: Drawn[] };
export type Built = Omit<Json<Dashboard>, 'panels' | 'annotations'> & { panels: (Drawn | Row)[]; annotations: { list: Marks[] } };
`;
