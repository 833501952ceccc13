import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { createClock } from '../collector/clock.ts';
import { createClient } from '../collector/victoriametrics/client.ts';
import { createQuery } from '../collector/victoriametrics/query.ts';
import { FOLDER, readDashboards } from '../dashboards/files.ts';
import { type Verified, verify } from '../dashboards/verify.ts';
import { messageOf } from '../model/errors.ts';
import { writeFileAtomically } from '../runtime/atomic-file.ts';
import { EXIT } from './exit-codes.ts';

/** `signalbox dashboards`: Grafana's dashboards, from code. */
export function dashboardsCommand(): Command {
  return new Command('dashboards')
    .alias('dashboard')
    .description("Grafana's dashboards: whether each of their queries finds something here; built and linted from code")
    .addCommand(verifyCommand())
    .addCommand(lintCommand())
    .addCommand(buildCommand());
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('ask every query of every dashboard, and say which find nothing and why')
    .requiredOption('--storage <url>', "VictoriaMetrics, or the box's /prometheus")
    .option('--folder <folder>', 'the dashboards', FOLDER)
    .option('--json', 'as JSON')
    .action(async (options: { storage: string; folder: string; json?: true }) => {
      process.exitCode = await verifyAll(options);
    });
}

function lintCommand(): Command {
  return new Command('lint')
    .description('hold each dashboard against the rules')
    .argument('[folder]', 'the dashboards', FOLDER)
    .action(async (folder: string) => {
      process.exitCode = await lintAll(resolve(folder));
    });
}

function buildCommand(): Command {
  return new Command('build')
    .description('write the dashboards from code, as files that Grafana reads')
    .argument('[folder]', 'where to', FOLDER)
    .action(async (folder: string) => {
      process.exitCode = await buildAll(resolve(folder));
    });
}

async function verifyAll({ storage, folder, json }: { storage: string; folder: string; json?: true }): Promise<number> {
  if (!URL.canParse(storage) || !/^https?:$/.test(new URL(storage).protocol)) {
    console.error(`--storage: came ${JSON.stringify(storage)}, wanted an address such as http://127.0.0.1:8428`);
    return EXIT.usage;
  }
  const dashboards = read(resolve(folder));
  if (dashboards === undefined) return EXIT.unknown;
  const base = storage.replace(/\/+$/, '');
  const client = createClient({ storage: () => ({ write: base, read: base }) });
  const clock = createClock();
  const found: Verified[] = [];
  try {
    for await (const one of verify(dashboards, createQuery({ client, clock }), clock.now())) {
      found.push(one);
      if (one.outcome === 'unreachable') break;
    }
  } finally {
    await client.close();
  }
  if (json) console.log(JSON.stringify(found));
  else for (const line of inWords(found)) console.log(line);
  const away = found.find(({ outcome }) => outcome === 'unreachable');
  if (away) console.error(`${base} does not answer: ${away.why}`);
  if (away) return EXIT.unknown;
  return found.some(({ outcome }) => outcome === 'refused') ? EXIT.bad : EXIT.fine;
}

function inWords(found: readonly Verified[]): string[] {
  const lines: string[] = [];
  for (const [name, ones] of Map.groupBy(found, ({ dashboard }) => dashboard)) {
    const answered = ones.filter(({ outcome }) => outcome === 'answered').length;
    lines.push(`${name}: ${answered} of ${ones.length} queries find something`);
    for (const { outcome, where, why } of ones)
      if (outcome !== 'answered') lines.push(`  ${outcome}: ${where}: ${why}`);
  }
  return lines;
}

async function lintAll(folder: string): Promise<number> {
  const { lint } = await fromSource(() => import('../dashboards/lint.ts'));
  const dashboards = read(folder);
  if (dashboards === undefined) return EXIT.unknown;
  let wrong = 0;
  for (const [name, dashboard] of dashboards)
    for (const { rule, words } of lint(name, dashboard)) {
      console.log(`${name}.json: ${words} (${rule})`);
      wrong++;
    }
  if (wrong === 0) console.log(`${dashboards.size} dashboards, nothing wrong`);
  return wrong === 0 ? EXIT.fine : EXIT.bad;
}

async function buildAll(folder: string): Promise<number> {
  const { buildDashboards } = await fromSource(() => import('../dashboards/build.ts'));
  mkdirSync(folder, { recursive: true });
  for (const [uid, text] of buildDashboards()) {
    await writeFileAtomically(join(folder, `${uid}.json`), text);
    console.log(`wrote ${join(folder, `${uid}.json`)}`);
  }
  return EXIT.fine;
}

function read(folder: string): ReturnType<typeof readDashboards> | undefined {
  try {
    return readDashboards(folder);
  } catch (error) {
    console.error(`${folder} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** What builds and lints is needed by whoever alters the dashboards alone, and so is not in every installation. */
async function fromSource<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`this is done in a clone of the source, after npm ci (dev dependencies): ${messageOf(error)}`);
  }
}
