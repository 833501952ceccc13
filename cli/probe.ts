import { resolve } from 'node:path';
import { Command } from 'commander';
import { cleanFinding } from '../collector/clean.ts';
import { createClock } from '../collector/clock.ts';
import { createResolver } from '../collector/names/resolver.ts';
import { probeKinds } from '../collector/probes/index.ts';
import { runCheck } from '../collector/run.ts';
import { localVantage } from '../collector/vantage/local.ts';
import { ConfigInvalid, loadConfig } from '../config/door.ts';
import { nearest } from '../config/nearest.ts';
import { lazyUnits } from '../exporters/systemd/lazy-units.ts';
import type { Check, Verdict } from '../model/finding.ts';
import type { Monitor } from '../model/monitor.ts';
import { reasonInWords } from '../model/reason.ts';
import { createRedactor, type Redact } from '../model/redact.ts';
import { spanInWords } from '../model/time.ts';
import { EXIT } from './exit-codes.ts';

const EXIT_BY_VERDICT = {
  up: EXIT.fine,
  degraded: EXIT.bad,
  down: EXIT.bad,
  unknown: EXIT.unknown,
} as const satisfies Record<Verdict, number>;

export function probeCommand(): Command {
  return new Command('probe')
    .alias('try')
    .description('make one check now and show everything it did')
    .argument('<monitor>', 'its name in the config')
    .option('-c, --config <path>', 'the config: a file, or a folder of fragments', 'signalbox.yml')
    .action(async (name: string, options: { config: string }) => {
      process.exitCode = await probeOnce(name, resolve(options.config));
    });
}

async function probeOnce(name: string, path: string): Promise<number> {
  const loaded = await loadConfig(path).catch((error: unknown) => {
    if (!(error instanceof ConfigInvalid)) throw error;
    console.error(error.message);
    return undefined;
  });
  if (loaded === undefined) return EXIT.config;
  const { monitors } = loaded.config;
  const monitor = monitors.find((one) => one.name === name || one.title.toLowerCase() === name.toLowerCase());
  if (monitor === undefined) {
    const near = nearest(
      name,
      monitors.map((one) => one.name),
    );
    console.error(`no monitor is named ${name}${near === undefined ? '' : `; did you mean ${near}?`}`);
    return EXIT.usage;
  }
  if (monitor.traits.waitsForReports) {
    console.error(`${monitor.name} is a ${monitor.kind}: it reports by itself, there is nothing to check from here`);
    return EXIT.usage;
  }
  const redact = createRedactor(loaded.secrets);
  const check = await checkAloud(monitor, redact);
  printCheck(check);
  return EXIT_BY_VERDICT[check.finding.verdict];
}

/** One check in this process, each step printed as it is made. */
async function checkAloud(monitor: Monitor, redact: Redact): Promise<Check> {
  const clock = createClock();
  const began = clock.monotonic();
  const units = lazyUnits(clock);
  const place = localVantage(probeKinds, { clock, resolve: createResolver({ clock }), pulses: () => ({}), units });
  const trace = (step: string, detail = '') => {
    const at = `${(clock.monotonic() - began).toFixed(1)} ms`.padStart(10);
    const [first = '', ...more] = printable(redact(detail)).split('\n');
    console.log(`${at}  ${step.padEnd(14)} ${first}`);
    for (const line of more) console.log(`${' '.repeat(27)}${line}`);
  };
  const aloud = {
    ...place,
    check: (...[request, signal]: Parameters<typeof place.check>) => place.check({ ...request, trace }, signal),
  };
  const check = await runCheck(monitor, aloud, clock, 0, () => 0).finally(units.stop);
  return { ...check, finding: cleanFinding(check.finding, redact) };
}

function printCheck({ monitor, durationMs, finding }: Check): void {
  const { verdict, reason, phases = {}, samples = [], evidence = {} } = finding;
  console.log(
    `\n${monitor} is ${verdict.toUpperCase()}: ${reasonInWords(reason, Date.now())}  (${spanInWords(durationMs)})`,
  );
  section(
    'phases',
    Object.entries(phases).map(([phase, ms]) => [phase, spanInWords(ms)]),
  );
  section(
    'evidence',
    Object.entries(evidence).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => [key, String(one)]),
    ),
  );
  section(
    'samples',
    samples.map(({ name, labels, value }) => [`${name}${labelText(labels)}`, String(value)]),
  );
}

function section(title: string, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const width = Math.min(48, Math.max(...rows.map(([key = '']) => key.length)));
  console.log(`\n${title}`);
  for (const [key = '', value = ''] of rows) {
    const [first = '', ...more] = printable(value).split('\n');
    console.log(`  ${key.padEnd(width)}  ${first}`);
    for (const line of more) console.log(`  ${' '.repeat(width)}  ${line}`);
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Text from outside must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\t\n])\p{Cc}/gu, '\u{fffd}');
}
