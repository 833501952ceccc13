/**
 * The whole way of a check in one process: schedule, probe, clean, measure, door and spool, judge, ledger and the box's own counters.
 * Run as `check-line.ts <url> <checks a second>`; prints microseconds of processor time for each check, threads included.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createChecks } from '../collector/checks.ts';
import { createClock } from '../collector/clock.ts';
import { openLedger } from '../collector/ledger/open.ts';
import { createResolver } from '../collector/names/resolver.ts';
import { probeKinds } from '../collector/probes/index.ts';
import { openSpool } from '../collector/spool/spool.ts';
import { createOutsideDoor } from '../collector/vantage/outside/outside.ts';
import { openVantages } from '../collector/vantage/vantages.ts';
import { loadConfig } from '../config/door.ts';

const EVERY = '1s';
const WARM_MS = 6_000;
const ROUND_MS = 3_000;
const ROUNDS = 3;

const [url = '', perSecond] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-check-'));
await using opened = new AsyncDisposableStack();
opened.defer(() => rm(folder, { recursive: true, force: true }));

const clock = createClock();
const complain = (message: string) => process.stderr.write(`${message}\n`);
const { config } = await configured();
const ledger = opened.adopt(await openLedger(folder, { clock, onTrouble: complain }), (one) => one.close());
const spool = opened.adopt(
  await openSpool(join(folder, 'spool'), { clock, ...config.spool, onTrouble: complain }),
  (one) => one.close(),
);
const surroundings = { clock, resolve: createResolver({ clock }), pulses: () => ({}) };
const outside = createOutsideDoor(clock).open;
const vantages = opened.adopt(
  await openVantages({ kinds: probeKinds, surroundings, outside, onTrouble: complain }),
  (one) => one.stop(),
);
let made = 0;
let bad = 0;
const checks = opened.adopt(
  createChecks({
    clock,
    ledger,
    sink: {
      offer(samples, identity, at) {
        made++;
        if (samples.some(({ name, value }) => name === 'probe_success' && value !== 1)) bad++;
        spool.offer(samples, identity, at);
      },
      end: spool.end,
    },
    redact: (text) => text,
    vantageFor: vantages.placeOf,
    onKept: () => {},
    log: complain,
  }),
  (one) => one.stop(),
);
await checks.configure({ monitors: config.monitors, online: [] }, { changed: [] });

await pause(WARM_MS);
const costs: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const from = made;
  const before = process.cpuUsage();
  await pause(ROUND_MS);
  const { user, system } = process.cpuUsage(before);
  costs.push((user + system) / (made - from));
}
process.stdout.write(`${JSON.stringify({ microseconds: Math.min(...costs), bad })}\n`);

function configured() {
  const lines = Array.from(
    { length: Number(perSecond) },
    (_, index) => `  m${index}: { http: "${url}", every: ${EVERY}, timeout: 1s }`,
  );
  const path = join(folder, 'signalbox.yml');
  return writeFile(path, `monitors:\n${lines.join('\n')}\n`).then(() => loadConfig(path));
}
