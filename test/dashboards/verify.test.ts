import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { createClient } from '../../collector/victoriametrics/client.ts';
import { createQuery } from '../../collector/victoriametrics/query.ts';
import { allTargets } from '../../dashboards/classic.ts';
import { FOLDER, readDashboards } from '../../dashboards/files.ts';
import { readQuery } from '../../dashboards/promql.ts';
import { type Verified, verify } from '../../dashboards/verify.ts';
import type { Metric } from '../../model/metric.ts';
import { catalogue } from '../../model/metrics/index.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import { MINUTE } from '../../model/time.ts';
import { run } from '../cli/command.ts';
import { victoriaMetricsProcess } from '../integration/victoriametrics-process.ts';
import { requireProgram } from '../require-program.ts';

const dashboards = readDashboards(FOLDER);
const POINTS = 70;

test('where everything of the catalogue is given, every query of every dashboard finds something', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const client = createClient({ storage: () => ({ write: vm.url, read: vm.url }) });
  t.after(() => client.close());
  const query = createQuery({ client, clock: createClock() });
  const now = Date.now();

  const before = await all(verify(dashboards, query, now));
  assert.deepEqual(tally(before), ['empty'], 'nothing is refused, and nothing found where there is nothing');
  for (const { where, why } of before) assert.match(why, /^nothing gives .+: .+ gives? it/, where);

  await give(vm.url, now);
  const found = await all(verify(dashboards, query, now));
  assert.deepEqual(
    found.filter(({ outcome }) => outcome !== 'answered'),
    [],
  );

  const missing = new Map([['some', { panels: ['other="x"', 'state="nowhere"'].map(sampled) }]]);
  const [byLabel, byState] = await all(verify(missing, query, now));
  assert.equal(byLabel?.why, 'systemd_units is there, but none with other="x"');
  assert.equal(byState?.why, 'systemd_units is there, but none with state="nowhere"');
  const { code, out } = await run(['dashboards', 'verify', '--storage', vm.url]);
  assert.equal(code, 0);
  for (const name of dashboards.keys())
    assert.match(out, new RegExp(`^${name}: (\\d+) of \\1 queries find something$`, 'm'));
});

test('a storage that is not there, or no address, is said', async () => {
  const away = await run(['dashboards', 'verify', '--storage', 'http://127.0.0.1:1']);
  assert.equal(away.code, 4);
  assert.match(away.err, /^http:\/\/127\.0\.0\.1:1 does not answer: /);
  const wrong = await run(['dashboards', 'verify', '--storage', 'victoria']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--storage: came "victoria", wanted an address/);
});

function sampled(matcher: string) {
  const expr = `systemd_units{job=~"$job",instance=~"$instance",${matcher}}`;
  return { type: 'stat', title: matcher, targets: [{ refId: 'A', expr, instant: true }] };
}

async function all(verified: AsyncGenerator<Verified>): Promise<Verified[]> {
  return Array.fromAsync(verified);
}

function tally(verified: readonly Verified[]): string[] {
  return [...new Set(verified.map(({ outcome }) => outcome))];
}

/** Over the last hour: every metric of the catalogue for two instances, a gauge 0 for one and 1 for the other, with each label value that a dashboard asks for. */
async function give(url: string, now: number): Promise<void> {
  const wanted = askedFor();
  const lines: string[] = [];
  for (const metric of catalogue.flatMap((group) => Object.values(group)))
    for (const labels of seriesOf(metric, wanted.get(metric.name) ?? new Map()))
      for (const value of [0, 1])
        for (let point = 0; point < POINTS; point++)
          lines.push(
            `${labels},job="all",instance="i${value}"} ${valueAt(metric, value, point)} ${now - (POINTS - 1 - point) * MINUTE}`,
          );
  for (let from = 0; from < lines.length; from += 50_000) {
    const body = lines.slice(from, from + 50_000).join('\n');
    const answer = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body });
    assert.equal(answer.status, 204);
  }
  await fetch(`${url}/internal/force_flush`);
}

function valueAt({ name, type }: Metric, value: number, point: number): number {
  if (name === systemd.timerNextElapse.name) return Date.now() / 1000 + 600;
  return type === 'gauge' || type === 'info' ? value : point * (value + 1);
}

/** The beginning of each series: name and labels, without a closing brace. */
function seriesOf({ name, type, labels }: Metric, wanted: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const plain: Record<string, string> = Object.fromEntries(labels.map((label) => [label, 'x']));
  const varied = [...wanted].flatMap(([label, values]) => [...values].map((value) => ({ ...plain, [label]: value })));
  return [plain, ...varied].flatMap((one) => {
    const inside = ['vantage="x"', ...Object.entries(one).map(([label, value]) => `${label}="${value}"`)].join(',');
    if (type !== 'histogram') return [`${name}{${inside}`];
    return [`${name}_count{${inside}`, ...['0.1', '1', '+Inf'].map((le) => `${name}_bucket{${inside},le="${le}"`)];
  });
}

/** The values that dashboards want labels to have, by metric and label. */
function askedFor(): Map<string, Map<string, Set<string>>> {
  const wanted = new Map<string, Map<string, Set<string>>>();
  const selected = [...dashboards.values()]
    .flatMap(allTargets)
    .flatMap(({ target }) => readQuery(target.expr ?? '')?.selected ?? []);
  for (const { metric, matchers } of selected)
    for (const [label, match] of matchers) {
      const value = /^="(.*)"$/.exec(match)?.[1];
      if (value === undefined) continue;
      const ofMetric = wanted.get(metric) ?? new Map<string, Set<string>>();
      wanted.set(metric, ofMetric.set(label, (ofMetric.get(label) ?? new Set()).add(value)));
    }
  return wanted;
}
