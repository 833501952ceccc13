import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeLine } from '../../dashboards/layout.ts';
import { graph, stat } from '../../dashboards/panels.ts';
import {
  avg,
  calc,
  checked,
  increase,
  overTime,
  quantile,
  rate,
  select,
  sum,
  withInfo,
} from '../../dashboards/query.ts';
import { node } from '../../model/metrics/node.ts';
import { nodeCpu } from '../../model/metrics/node-cpu.ts';
import { probe } from '../../model/metrics/probe.ts';
import { self } from '../../model/metrics/self.ts';
import { systemd } from '../../model/metrics/systemd.ts';

test('a query is made of what the catalogue has', () => {
  assert.equal(
    calc(1, '-', avg(rate(select(nodeCpu.seconds, { mode: 'idle' })), ['instance'])).text,
    '1 - avg by (instance) (rate(node_cpu_seconds_total{job=~"$job",instance=~"$instance",mode="idle"}[$__rate_interval]))',
  );
  assert.equal(
    calc(calc(select(node.load1), '+', 1), '*', 2).text,
    '(node_load1{job=~"$job",instance=~"$instance"} + 1) * 2',
  );
  assert.equal(
    quantile(0.99, self.late).text,
    'histogram_quantile(0.99, sum by (le) (rate(signalbox_check_late_seconds_bucket{job=~"$job",instance=~"$instance"}[$__rate_interval])))',
  );
  const titled = withInfo(select(node.load1), select(self.monitor), ['instance'], ['title']);
  assert.deepEqual([...titled.labels], ['job', 'instance', 'title']);
});

test('what nothing emits does not compile', () => {
  // Never run: it is the compiler that must refuse each line.
  void (() => {
    // @ts-expect-error: there is no such metric
    select(node.load2);
    // @ts-expect-error: a load has no processor
    select(node.load1, { cpu: '0' });
    // @ts-expect-error: nor can it be summed by one
    sum(select(node.load1), ['cpu']);
    // @ts-expect-error: what was summed away is gone
    sum(sum(select(nodeCpu.seconds), ['mode']), ['cpu']);
    // @ts-expect-error: a gauge has no rate
    rate(select(node.load1));
    // @ts-expect-error: nor does it increase
    increase(select(systemd.units), '$__range');
    // @ts-expect-error: a counter has no mean
    overTime('avg_over_time', select(nodeCpu.seconds), '$__range');
    // @ts-expect-error: only a histogram has quantiles
    quantile(0.5, probe.duration);
    // @ts-expect-error: only checks have a vantage
    sum(select(probe.duration), ['vantage']);
    sum(select(checked(probe.duration)), ['vantage']);
    // @ts-expect-error: two sides of other labels do not match
    calc(sum(select(node.load1), ['job']), '/', sum(select(node.load1), ['instance']));
    // @ts-expect-error: a panel has a description
    stat({ title: 'Load', unit: 'none', of: select(node.load1) });
    // @ts-expect-error: Grafana has no such unit
    stat({ title: 'Load', description: 'A rise is more.', unit: 'sceonds', of: select(node.load1) });
  });
});

test('a legend that names a label its series have not is refused', () => {
  const lines = [{ of: select(node.load1), legend: '{{cpu}}' }];
  assert.throws(
    () => graph({ title: 'Load', description: 'A rise is more.', unit: 'none', lines }),
    /\{\{cpu\}\}.*node_load1/,
  );
});

test('a line of panels is filled exactly, or it is an error', () => {
  const widths = (line: readonly { title: string; width?: number }[]) =>
    placeLine(line, 3, 8).map(({ x, y, w, h }) => [x, y, w, h]);
  const panels = (count: number) => Array.from({ length: count }, (_, index) => ({ title: `p${index}` }));
  assert.deepEqual(widths([{ title: 'a', width: 16 }, { title: 'b' }]), [
    [0, 3, 16, 8],
    [16, 3, 8, 8],
  ]);
  assert.deepEqual(
    widths(panels(7)).map(([x, , w]) => [x, w]),
    [4, 4, 4, 3, 3, 3, 3].map((w, index, all) => [all.slice(0, index).reduce((sum, one) => sum + one, 0), w]),
  );
  const ten = [10, 10, 10].map((width, index) => ({ title: `p${index}`, width }));
  assert.throws(() => placeLine(ten, 0, 8), /24 columns.*"p0" 10, "p1" 10, "p2" 10/);
  assert.throws(() => placeLine(ten.slice(0, 2), 0, 8), /24 columns/);
  assert.throws(() => placeLine(panels(9), 0, 8), /at least 3/);
});
