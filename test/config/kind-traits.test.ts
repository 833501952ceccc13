import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { describeConfig } from '../../cli/config-words.ts';
import { type ProbeKind, probeKinds } from '../../collector/probes/index.ts';
import { configJsonSchema } from '../../config/config-json-schema.ts';
import { allKinds } from '../../config/kinds.ts';
import { mistakeInWords } from '../../config/mistake.ts';
import { readConfig } from '../../config/read.ts';
import { exporterKinds } from '../../exporters/index.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';
import { DAY } from '../../model/time.ts';

interface Pigeon {
  readonly loft: string;
  readonly ring?: string | undefined;
}

/** A kind as its folder would bring it: all that others know of it is said here, and its line in the list. */
const pigeon: ProbeSpec<Pigeon> = {
  schema: z.strictObject({
    loft: z.string().describe('Where it comes home to.'),
    ring: z.string().optional().describe('Its ring.'),
  }),
  shorthand: 'loft',
  traits: { by: 'a pigeon', waitsForReports: true, latencyIsRunTime: true },
  alsoCalled: ['dove'],
  details: ({ ring }) => [ring],
  nextRun: (_spec, after) => ({ at: Math.floor(after / DAY + 1) * DAY, timezone: 'UTC' }),
  lacks: async () => ({ what: 'there is no loft', cure: 'build one' }),
};
const kinds = {
  ...allKinds,
  probes: {
    ...probeKinds,
    pigeon: {
      settings: async () => pigeon as unknown as ProbeSpec<never>,
      probe: () => Promise.reject(new Error('none flies here')),
    } satisfies ProbeKind,
  },
};

async function read(monitors: string) {
  const result = await readConfig([{ file: 'a.yml', text: `monitors:\n${monitors}` }], {}, () => '', kinds);
  return 'mistakes' in result ? result.mistakes.map(mistakeInWords) : result.config;
}

test('what a kind says of itself goes with each of its monitors', async () => {
  const config = await read('  home: { pigeon: roof }\n  web: { http: "https://example.net/" }');
  assert.ok('monitors' in config, String(config));
  assert.deepEqual(
    config.monitors.map(({ kind, traits }) => [kind, traits]),
    [
      ['pigeon', pigeon.traits],
      ['http', { by: 'a web request' }],
    ],
  );
});

test('the config door asks for what a kind says, not for its name', async () => {
  assert.deepEqual(await read('  home: { dove: roof }\n  away: { pigeon: roof, from: outside }'), [
    'a.yml:2:11 monitors.home.dove: came an unknown key; did you mean pigeon?',
    'a.yml:3:31 monitors.away.from: came "outside", wanted local: it reports to the box itself',
  ]);
  const { definitions = {} } = await configJsonSchema(kinds);
  assert.ok('pigeon-monitor' in definitions);
});

test('`check` says what a kind adds: its details, when it is due, what this machine lacks for it', async () => {
  const config = await read(
    '  home: { pigeon: { loft: roof, ring: GB-7 } }\n  twin: { pigeon: { loft: roof, ring: GB-7 } }',
  );
  assert.ok('monitors' in config, String(config));
  const specs = new Map([['pigeon', pigeon as ProbeSpec<unknown>]]);
  const { lines, warnings } = await describeConfig(config, Date.UTC(2026, 2, 28, 12), specs);
  assert.ok(
    lines.some((line) => /^ {2}home +pigeon roof GB-7 /.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^ {2}home +Sun 2026-03-29 00:00, Mon 2026-03-30 00:00, Tue /.test(line)));
  // Two that report by themselves are not the same, whatever they are called.
  assert.deepEqual(warnings, ['there is no loft, so home, twin would be unknown; build one']);
});

test('a kind of probe or exporter is named in its folder and in the list, and nowhere else', () => {
  const root = join(import.meta.dirname, '../..');
  const names = [...Object.keys(probeKinds), ...Object.keys(exporterKinds)].join('|');
  const asked = new RegExp(`\\bkind\\??\\.?\\s*[!=]==?\\s*'(?:${names})'|'(?:${names})'\\s*[!=]==?\\s*[\\w.]*kind\\b`);
  const files = globSync('{appliance,site-thread}.ts', { cwd: root }).concat(
    globSync('{alerts,cli,collector,config,dashboards,exporters,model,programs,runtime,status-site}/**/*.ts', {
      cwd: root,
    }).filter((file) => !/^(?:collector\/probes|exporters)\/./.test(file)),
  );
  assert.ok(files.length > 200);
  assert.deepEqual(
    files.filter((file) => asked.test(readFileSync(join(root, file), 'utf8'))),
    [],
  );
});
