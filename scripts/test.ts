/** `npm test` and `npm run prove`: fetches the real programs that the tests talk to, then runs them. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchPrograms } from './programs.ts';

const root = dirname(import.meta.dirname);
process.chdir(root);
const { values, positionals } = parseArgs({ options: { prove: { type: 'boolean' } }, allowPositionals: true });

const programs = fetchPrograms(join(root, '.cache/programs'));
for (const missing of programs.missing) console.log(`Skipped where it is needed: ${missing}`);

const patterns =
  positionals.length > 0
    ? positionals
    : [values.prove ? 'test/**/*.test.ts' : 'test/!(prove)/**/*.test.ts', 'test/*.test.ts'];
const files = globSync(patterns.map((one) => (one.endsWith('.ts') ? one : `${one}/**/*.test.ts`))).sort();
/** They wait more than they compute. */
const AT_ONCE = 3;
const run = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${AT_ONCE}`,
    `--test-timeout=${values.prove ? 1_800_000 : 600_000}`,
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, PATH: [process.env.PATH, ...programs.folders].join(':') } },
);
process.exit(run.status ?? 1);
