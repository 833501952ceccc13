/** Collects from the host a number of times and prints what that cost as JSON: for a process of its own. */

import { openExporter as openHost } from '../exporters/host/host.ts';
import { IGNORED_DISKS } from '../exporters/host/settings.ts';
import { writePage } from '../exposition/page.ts';

const [tree = '', times = '200'] = process.argv.slice(2);
const at = (name: string) => `${tree}/${name}`;
const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  steady: () => performance.now(),
  after: () => () => {},
};
const settings = { proc: at('proc'), sys: at('sys'), root: '/', without: [], ignore: { disks: IGNORED_DISKS } };
const context = { clock, folder: '/nonexistent', changed: async () => {}, soon() {}, onTrouble() {} };
const before = resident();
const exporter = await openHost(settings, context);
const collect = () => exporter.collect(AbortSignal.timeout(30_000));
let samples = await collect();
for (let time = 0; time < Number(times) / 4; time++) await collect();
const watch = watchTurns();
const collecting = await costOf(async () => {
  samples = await collect();
});
const turnMs = watch();
const memory = resident() - before;
const withPage = await costOf(async () => void (await writePage([{ samples: await collect() }])));
await exporter.stop();
process.stdout.write(JSON.stringify({ collecting, withPage, turnMs, samples: samples.length, memory }));

/** Milliseconds of processor time, all threads, of one time. */
async function costOf(act: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  for (let time = 0; time < Number(times); time++) await act();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000 / Number(times);
}

/** Begins to time the turns of the loop; ends it and gives the longest, in milliseconds of the thread's own processor time. */
function watchTurns(): () => number {
  let longest = 0;
  let last = ownMs();
  let going = true;
  const turn = () => {
    const now = ownMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setTimeout(turn, 1);
  };
  setTimeout(turn, 1);
  return () => {
    going = false;
    return longest;
  };
}

function ownMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
