import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { configJsonSchema } from '../../config/config-json-schema.ts';
import { type ConfigWithTexts, differenceOf } from '../../config/difference.ts';
import { differenceInWords } from '../../config/difference-words.ts';
import { allKinds } from '../../config/kinds.ts';
import { mistakeInWords } from '../../config/mistake.ts';
import { optionTable } from '../../config/option-tables.ts';
import { readConfig } from '../../config/read.ts';
import { sections } from '../../config/sections.ts';
import type { Section } from '../../model/section.ts';
import { between, described, names, secret, setting } from '../../model/settings.ts';
import { HOUR, MINUTE } from '../../model/time.ts';

interface Tide {
  readonly harbours: readonly string[];
  readonly everyMs: number;
}

/** A section as a part would bring it: all that it takes is this object, and its line in the list. */
const tide: Section<Tide> = {
  schema: setting(
    z
      .strictObject({
        every: setting(between(MINUTE, HOUR, 'a duration from 1m to 1h'), 'How often it is asked for.', '10m'),
        harbours: described(names(z.string().min(1)).optional(), 'Monitors that stand at the sea.'),
        token: described(secret().optional(), 'What the office of tides wants.'),
      })
      .transform(({ every, harbours = [] }) => ({ everyMs: every, harbours })),
    'High and low water.',
    {},
  ),
  lint: ({ harbours }, whole) =>
    harbours.flatMap((name, index) => {
      const message = whole.noMonitor(name);
      return message === undefined ? [] : [{ path: ['harbours', index], message }];
    }),
  restart: true,
};

const list = { ...sections, tide };
const MONITORS = 'monitors: { pier: { icmp: pier.lan } }\n';

async function read(text: string, env: Readonly<Record<string, string>> = {}) {
  const result = await readConfig([{ file: 'a.yml', text: MONITORS + text }], env, () => '', allKinds, list);
  return 'mistakes' in result ? result.mistakes.map(mistakeInWords) : result;
}

async function told(text: string, env?: Readonly<Record<string, string>>): Promise<ConfigWithTexts> {
  const result = await read(text, env);
  assert.ok('config' in result, String(result));
  return result;
}

const tideIn = ({ config }: ConfigWithTexts) => (config as unknown as { readonly tide: Tide }).tide;

test('a section that is one line in the list has its value in the config, with its defaults', async () => {
  assert.deepEqual(tideIn(await told('')), { everyMs: 10 * MINUTE, harbours: [] });
  assert.deepEqual(tideIn(await told('tide: { harbours: pier }')), { everyMs: 10 * MINUTE, harbours: ['pier'] });
});

test('its mistakes have a place and the nearest word, those of its rules too', async () => {
  assert.deepEqual(await read('tyde: { every: 5m }'), ['a.yml:2:1 tyde: came an unknown key; did you mean tide?']);
  assert.deepEqual(await read('tide: { evry: 5m, harbours: [pier, peer] }'), [
    'a.yml:2:9 tide.evry: came an unknown key; did you mean every?',
  ]);
  assert.deepEqual(await read('tide: { every: 1d, token: in-clear }'), [
    'a.yml:2:16 tide.every: came "1d", wanted a duration from 1m to 1h',
    `a.yml:2:27 tide.token: came text in clear, wanted a secret: \${NAME} from the environment, or { file: path }; never in clear`,
  ]);
  for (const [written, at] of [
    ['[pier, peer]', '2:26 tide.harbours[1]'],
    ['peer', '2:19 tide.harbours'],
  ])
    assert.deepEqual(await read(`tide: { harbours: ${written} }`), [
      `a.yml:${at}: came "peer", wanted the name of a monitor; did you mean pier?`,
    ]);
});

test('an editor knows it, and the docs have its options', async () => {
  const schema = (await configJsonSchema(allKinds, list)).properties?.tide ?? {};
  assert.equal(schema.description, 'High and low water.');
  assert.deepEqual(
    optionTable({ properties: { tide: schema } })
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim())[1]),
    ['`tide`', '`tide.every`', '`tide.harbours`', '`tide.token`'],
  );
  assert.match(optionTable(schema), /`every` +\| duration +\| `10m` +\| How often it is asked for\./);
});

test('a reload tells what of it is another, setting by setting, and that it waits for the next start', async () => {
  const plain = await told('');
  const edited = await told('tide: { every: 20m, harbours: [pier] }');
  assert.deepEqual(differenceOf(plain, edited).restart, [
    'tide.every is 20m now, was 10m',
    'tide.harbours is [pier] now, was left out',
  ]);
  assert.equal(differenceInWords(plain, await told('tide: { every: 600s }')), undefined);
});

test('a section that holds at once is told of as well, and of a secret only that it is another', async () => {
  const soft: Section<unknown> = { schema: z.strictObject({ token: secret() }).optional() };
  const withToken = async (token: string): Promise<ConfigWithTexts> => {
    const text = `${MONITORS}soft: { token: "\${TOKEN}" }`;
    const all = { ...sections, soft };
    const result = await readConfig([{ file: 'a.yml', text }], { TOKEN: token }, () => '', allKinds, all);
    assert.ok('config' in result);
    return result;
  };
  const [first, second] = [await withToken('first-token'), await withToken('second-token')];
  assert.equal(differenceInWords(first, second), 'soft is another now');
  assert.deepEqual(differenceOf(first, second).restart, []);
});

test('the box and what it runs hold no part of zod or YAML: only the process that reads the config does', async () => {
  const root = pathToFileURL(join(import.meta.dirname, '../..')).href;
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve(name, context, next) { const found = next(name, context); loaded.add(found.url); return found; } });
    await import('${root}/start-appliance.ts');
    const { probeKinds } = await import('${root}/collector/probes/index.ts');
    const { exporterKinds } = await import('${root}/exporters/index.ts');
    for (const kind of Object.values(probeKinds)) await kind.probe();
    for (const kind of Object.values(exporterKinds)) await kind.open();
    console.log(loaded.size, [...loaded].filter((url) => /node_modules\\/(?:zod|yaml)\\//.test(url)).join());
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  assert.match(stdout, /^\d{3} \n$/);
});
