import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writePage } from '../../exposition/page.ts';
import { readExposition } from '../../exposition/read.ts';
import type { ForeignFamily } from '../../model/exporter.ts';
import { sample } from '../../model/metric.ts';
import { self } from '../../model/metrics/self.ts';
import type { SampleGroup } from '../../model/part.ts';
import type { Labels, Sample } from '../../model/sample.ts';
import { pythonSamples } from './python-parser.ts';

const plain = (name: string, value = 1, labels: Labels = {}): Sample => ({ name, labels, value });
const foreign = (name: string, type: ForeignFamily['type'], help = ''): ForeignFamily => ({ name, type, help });

/** The page in OpenMetrics, which our strict reader takes. */
async function openPage(groups: readonly SampleGroup[]): Promise<string> {
  const page = await writePage(groups, 'openmetrics');
  assert.deepEqual(readExposition(Buffer.from(page), { format: 'openmetrics' }).flaws, [], page);
  return page;
}

/** The series of a text, each with its value, bounds as numbers. */
function seriesOf(page: string, format: 'prometheus' | 'openmetrics'): string[] {
  const { families } = readExposition(Buffer.from(page), { format });
  const text = ({ name, labels, value }: Sample) =>
    JSON.stringify([name, Object.entries(labels).map(bound).sort(), String(value)]);
  return families.flatMap(({ samples }) => samples.map(text)).sort();
}

function bound([name, value]: [string, string]): string {
  return `${name}=${name === 'le' || name === 'quantile' ? Number(value.replace('+Inf', 'Infinity')) : value}`;
}

const HISTOGRAM = [
  plain('took_seconds_bucket', 3, { le: '+Inf', route: 'a' }),
  plain('took_seconds_bucket', 1, { le: '0.00001', route: 'a' }),
  plain('took_seconds_bucket', 2, { le: '1', route: 'a' }),
  plain('took_seconds_bucket', 3, { le: '1000000', route: 'a' }),
  plain('took_seconds_count', 3, { route: 'a' }),
  plain('took_seconds_sum', 2.5, { route: 'a' }),
];

/** One of each kind, as it comes from parts and exporters. */
const SOUND: SampleGroup = {
  samples: [
    sample(self.build, 1, { version: '1.2.3', node: '24' }),
    sample(self.checks, 7, { kind: 'http', verdict: 'up' }),
    sample(self.reloadOk, 1),
    ...HISTOGRAM,
    plain('size_bytes', 12, { quantile: '0.5' }),
    plain('size_bytes', Number.NaN, { quantile: '1' }),
    plain('size_bytes_sum', 12),
    plain('size_bytes_count', 1),
    plain('odd', Number.NaN, { text: 'a "quoted"\\\nline, {braces} and \u{1f4a1}' }),
    plain('never_heard_of', -1),
  ],
  families: [
    foreign('took_seconds', 'histogram', 'How "long" it took.'),
    foreign('size_bytes', 'summary'),
    foreign('odd', 'gauge', 'Two\nlines \\ one backslash.'),
  ],
};

test('a page in OpenMetrics has its types, and bounds as they must be written', async () => {
  const page = await openPage([SOUND]);
  for (const line of [
    '# TYPE signalbox_build info',
    'signalbox_build_info{version="1.2.3",node="24"} 1',
    '# TYPE signalbox_checks counter',
    'signalbox_checks_total{kind="http",verdict="up"} 7',
    '# TYPE signalbox_config_last_reload_successful gauge',
    '# HELP took_seconds How \\"long\\" it took.',
    'took_seconds_bucket{le="1e-05",route="a"} 1',
    'took_seconds_bucket{le="1.0",route="a"} 2',
    'took_seconds_bucket{le="1e+06",route="a"} 3',
    'size_bytes{quantile="1.0"} NaN',
    '# TYPE never_heard_of unknown',
  ])
    assert.ok(page.includes(`${line}\n`), `${line}\nis not in\n${page}`);
  assert.match(page, /\n# EOF\n$/);
});

/** Families that OpenMetrics would refuse, and the page with them. */
const BROKEN: Readonly<Record<string, SampleGroup>> = {
  'a counter that is not called so': { samples: [plain('eggs', 3)], families: [foreign('eggs', 'counter')] },
  'a counter that is no number': { samples: [plain('a_total', Number.NaN)], families: [foreign('a_total', 'counter')] },
  'a histogram without its last bucket': {
    samples: HISTOGRAM.slice(1),
    families: [foreign('took_seconds', 'histogram')],
  },
  'a histogram without a sum': { samples: HISTOGRAM.slice(0, 5), families: [foreign('took_seconds', 'histogram')] },
  'a histogram that shrinks': {
    samples: [...HISTOGRAM, plain('took_seconds_bucket', 9, { le: '0.5', route: 'a' })],
    families: [foreign('took_seconds', 'histogram')],
  },
  'a histogram with a bound twice': {
    samples: [...HISTOGRAM, plain('took_seconds_bucket', 2, { le: '1.0', route: 'a' })],
    families: [foreign('took_seconds', 'histogram')],
  },
  'a histogram whose bound is no number': {
    samples: [...HISTOGRAM, plain('took_seconds_bucket', 2, { le: 'one', route: 'a' })],
    families: [foreign('took_seconds', 'histogram')],
  },
  'a bucket in halves': {
    samples: HISTOGRAM.map((one) => ({ ...one, value: one.value / 2 })),
    families: [foreign('took_seconds', 'histogram')],
  },
  'a summary with a quantile of 2': {
    samples: [plain('s', 1, { quantile: '2' }), plain('s_sum', 1), plain('s_count', 1)],
    families: [foreign('s', 'summary')],
  },
  'a gauge beside a counter of its name': {
    samples: [plain('jobs', 1), plain('jobs_total', 2)],
    families: [foreign('jobs', 'gauge'), foreign('jobs_total', 'counter')],
  },
  'a counter before a gauge of its name, and an info after both': {
    samples: [plain('jobs_total', 2), plain('jobs', 1), plain('jobs_info', 1), plain('jobs_created', 1)],
    families: [foreign('jobs', 'gauge'), foreign('jobs_total', 'counter')],
  },
  'a family that is called as the part of another': {
    samples: [...HISTOGRAM, plain('took_seconds_created', 1), plain('took_seconds_count_total', 1)],
    families: [foreign('took_seconds', 'histogram'), foreign('took_seconds_count', 'gauge')],
  },
};

for (const [what, group] of Object.entries(BROKEN))
  test(`${what} spoils no page of OpenMetrics: its series stand there under their names`, async () => {
    const groups = group.families?.some(({ name }) => name === 'took_seconds') ? [group] : [SOUND, group];
    const page = await openPage(groups);
    const plainPage = await writePage(groups);
    assert.deepEqual(readExposition(Buffer.from(plainPage), { format: 'prometheus' }).flaws, [], plainPage);
    assert.deepEqual(seriesOf(page, 'openmetrics'), seriesOf(plainPage, 'prometheus'));
  });

test('the reader of the Python client takes it, and reads what we wrote', async (t) => {
  for (const group of [SOUND, ...Object.values(BROKEN)]) {
    const page = await openPage([group]);
    const read = pythonSamples(page, t);
    if (read === undefined) return;
    assert.deepEqual(read.map(([name]) => name).sort(), group.samples.map(({ name }) => name).sort());
    const { families } = readExposition(Buffer.from(page), { format: 'openmetrics' });
    const ours = families.flatMap(({ samples }) => samples);
    assert.deepEqual(
      read.map(([, labels]) => labels),
      ours.map(({ labels }) => ({ ...labels })),
    );
  }
});

test('whatever families come, the page is taken, and no series is lost', async () => {
  let seed = 7;
  const random = (most: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * most);
  };
  const pick = <One>(list: readonly One[]): One => list[random(list.length)] as One;
  const names = ['a', 'b', 'a_b'].flatMap((name) =>
    ['', '_total', '_info', '_bucket', '_sum', '_count', '_created'].map((end) => name + end),
  );
  const values = [0, 1, 2, 2.5, -1, Number.NaN, Number.POSITIVE_INFINITY];
  const labels = () => ({
    ...(random(2) === 0 && { le: pick(['1', '+Inf', '1.0', 'x', '']) }),
    ...(random(3) === 0 && { quantile: pick(['0.5', '1', '3', '']) }),
    ...(random(3) === 0 && { z: pick(['', 'z']) }),
  });
  for (let round = 0; round < 2_000; round++) {
    const group = {
      samples: Array.from({ length: 1 + random(8) }, () => plain(pick(names), pick(values), labels())),
      families: names
        .filter(() => random(2) === 0)
        .map((name) => foreign(name, pick(['gauge', 'counter', 'histogram', 'summary', 'untyped'] as const))),
    };
    const page = await openPage([group]);
    const plainPage = await writePage([group]);
    assert.deepEqual(readExposition(Buffer.from(plainPage), { format: 'prometheus' }).flaws, [], plainPage);
    const lines = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(lines(page).length, lines(plainPage).length, page);
  }
});
