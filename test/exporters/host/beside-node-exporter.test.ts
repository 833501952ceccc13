import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { catalogue } from '../../../model/metrics/index.ts';
import { type Difference, LEFT_OUT, NEWER, NEWER_LABELS } from './differences.ts';
import { startNodeExporter } from './node-exporter.ts';
import { nameOf, type Page, readPage } from './page.ts';
import { FIXTURES, openWith, pageOf, settingsFor } from './world.ts';

// The fixtures have no zones in them, by which we would know the name of this machine's.
process.env.TZ = 'UTC';

const realClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  steady: () => performance.now(),
  after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Our page without the labels that node_exporter 1.5 does not know. */
async function ourPage(t: TestContext, tree?: string): Promise<Page> {
  const exporter = await openWith(settingsFor(tree), realClock, []);
  t.after(() => exporter.stop());
  const page = readPage(await pageOf(await exporter.collect(AbortSignal.timeout(30_000))));
  const series = new Map<string, number>();
  for (const [of, value] of page.series) {
    const label = NEWER_LABELS[nameOf(of)];
    series.set(label === undefined ? of : of.replace(new RegExp(`,?${label}="[^"]*"`), ''), value);
  }
  return { ...page, series };
}

function without(series: Iterable<string>, differences: readonly Difference[]): string[] {
  return [...series].filter((one) => !differences.some((difference) => difference.series.test(one)));
}

/** Types and help texts of all that both have, and that neither has a series of its own but for a reason. */
function assertAlike(ours: Page, theirs: Page, more: readonly Difference[] = []): void {
  const missing = without(theirs.series.keys(), [...LEFT_OUT, ...more]).filter((one) => !ours.series.has(one));
  const added = without(ours.series.keys(), [...LEFT_OUT, ...NEWER, ...more]).filter((one) => !theirs.series.has(one));
  assert.deepEqual({ missing, added }, { missing: [], added: [] });
  const known = new Set(catalogue.flatMap((group) => Object.values(group)).map(({ name }) => name));
  for (const [name, type] of ours.types) {
    // What a driver or a kernel to come adds of its own stands on the page without a type.
    if (!theirs.types.has(name) || !known.has(name)) continue;
    assert.equal(`${name} ${type}`, `${name} ${theirs.types.get(name)}`);
    assert.equal(`${name} ${ours.helps.get(name)}`, `${name} ${theirs.helps.get(name)}`);
  }
}

const isNear = (one: number, other: number, share = 1e-9) =>
  Math.abs(one - other) <= share * Math.max(1, Math.abs(one), Math.abs(other));

const SERVER: readonly Difference[] = [
  {
    series: /^node_disk_info\{device="sda"/,
    why: 'newer versions take the serial that is printed on the disk, if there is one',
  },
  {
    series: /^node_cpu_(?:guest_)?seconds_total\{cpu="2"/,
    why: 'CPU 2 is offline: 1.5 has zeros for it, newer versions nothing',
  },
  {
    series: /^node_softnet_\w+\{cpu="[23]"/,
    why: '1.5 counts lines, newer versions take the number of the CPU that they name',
  },
  { series: /^node_uname_info/, why: 'it asks uname(2), of this machine' },
];

test('over the fixture of a server, every series and every value is that of node_exporter', async (t) => {
  const fetchPage = await startNodeExporter(t, `${FIXTURES}server`);
  if (fetchPage === undefined) return;
  const [theirs, ours] = [readPage(await fetchPage()), await ourPage(t, `${FIXTURES}server`)];
  assertAlike(ours, theirs, SERVER);
  const compared = without(ours.series.keys(), [...LEFT_OUT, ...SERVER, { series: /^node_time_seconds/, why: 'now' }]);
  const wrong = compared
    .filter((one) => theirs.series.has(one) && !isNear(ours.series.get(one) ?? Number.NaN, theirs.series.get(one) ?? 0))
    .map((one) => `${one}: ours ${ours.series.get(one)}, theirs ${theirs.series.get(one)}`);
  assert.deepEqual(wrong, []);
  assert.ok(compared.length > 500, `only ${compared.length} series were compared`);
});

const BARE: readonly Difference[] = [
  { series: /^node_procs_(?:running|blocked)/, why: 'the old kernel does not say; 1.5 has zeros' },
  { series: /^node_uname_info/, why: 'it asks uname(2), of this machine' },
  { series: /^node_filefd_/, why: 'it wants tabs' },
  { series: /^node_memory_/, why: 'it gives up all of meminfo for one broken line' },
];

test('over the fixture of an old kernel we say no more and no less than node_exporter', async (t) => {
  const fetchPage = await startNodeExporter(t, `${FIXTURES}bare`);
  if (fetchPage === undefined) return;
  assertAlike(await ourPage(t, `${FIXTURES}bare`), readPage(await fetchPage()), BARE);
});

/** What may be another number a moment later. */
const MOVING =
  /^node_(?:memory|sockstat|load|procs|filefd|entropy|udp_queues|arp|nf_conntrack|disk_io_now|cpu_.*frequency)/;
const COUNTED = /^node_(?:vmstat|netstat)_(?!Tcp_CurrEstab|Ip_Forwarding)/;

test('on this machine the series are those of node_exporter; counters lie between two of its pages, what stands still is equal', async (t) => {
  const fetchPage = await startNodeExporter(t);
  if (fetchPage === undefined) return;
  const before = readPage(await fetchPage());
  const ours = await ourPage(t);
  const after = readPage(await fetchPage());
  // What comes or goes meanwhile, as a network of another test, is nobody's fault.
  const lasting = new Map([...before.series].filter(([one]) => after.series.has(one)));
  const theirs: Page = { ...before, series: lasting };
  const known = {
    ...ours,
    series: new Map([...ours.series].filter(([one]) => lasting.has(one) || !after.series.has(one))),
  };
  assertAlike(known, theirs, [{ series: /device="(?:veth|br-)/, why: 'other tests make and end them' }]);
  const wrong: string[] = [];
  for (const [series, value] of ours.series) {
    const [low, high] = [before.series.get(series), after.series.get(series)];
    if (low === undefined || high === undefined || series.startsWith('node_scrape')) continue;
    const counter = ours.types.get(nameOf(series)) === 'counter' || COUNTED.test(series) || /^node_time_s/.test(series);
    const moving = MOVING.test(series) || series.includes('Tcp_CurrEstab');
    const well = counter
      ? (value >= low && value <= high) || isNear(value, low) || isNear(value, high)
      : isNear(value, low) || isNear(value, high) || (moving && isNear(value, high, 0.5)) || (moving && high < 2000);
    if (!well) wrong.push(`${series}: ours ${value}, theirs ${low}, then ${high}`);
  }
  assert.deepEqual(wrong, []);
});

test('a part both have succeeds with both or with neither', async (t) => {
  const fetchPage = await startNodeExporter(t);
  if (fetchPage === undefined) return;
  const [theirs, ours] = [readPage(await fetchPage()), await ourPage(t)];
  for (const [series, value] of ours.series) {
    if (!series.startsWith('node_scrape_collector_success') || !theirs.series.has(series)) continue;
    assert.equal(`${series} ${value}`, `${series} ${theirs.series.get(series)}`);
  }
});
