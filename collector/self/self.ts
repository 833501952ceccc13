import { PAGE_TYPES, type PageFormat, writePage } from '../../exposition/page.ts';
import { self } from '../../model/metrics/self.ts';
import type { Part, PartContext, SampleGroup } from '../../model/part.ts';
import { type Route, say, sayJson } from '../../model/route.ts';
import { BOX, type SampleSink } from '../../model/sample.ts';
import { SECOND } from '../../model/time.ts';
import { openSampleSource } from '../sample-source.ts';
import { preferredType } from '../server/negotiate.ts';
import { openInstruments } from './instruments.ts';
import { watchProcess } from './process.ts';
import { inSlices, withIdentity } from './slices.ts';

export interface SelfOptions extends Pick<PartContext, 'clock' | 'log' | 'version'> {
  /** Where what the box says of itself goes, every 15 seconds. */
  readonly sink: Pick<SampleSink, 'offer' | 'end'>;
  /** The sum of what all parts say of themselves. */
  readonly parts: {
    samples(): AsyncIterable<SampleGroup>;
    problems(): readonly string[];
  };
}

const EVERY_MS = 15 * SECOND;

/** What the box says of itself: `/metrics`, `/healthz`, `/version`, and every 15 seconds to the sink. */
export function openSelf({ clock, log, version, sink, parts }: SelfOptions): Part {
  const source = openSampleSource(sink);
  const runtime = watchProcess();
  const instruments = openInstruments();
  instruments.gauge(self.build).set(1, { version, node: process.versions.node });

  async function offer(): Promise<void> {
    source.begin(clock.now());
    for await (const { identity = BOX, samples, offered } of inSlices(parts.samples()))
      if (!offered) source.offer(samples, identity);
    source.finish();
    runtime.again();
  }

  let cancel = () => {};
  function offerEvery(): void {
    cancel = clock.after(EVERY_MS, () => {
      offer().catch((fault: unknown) => log(`the box's own metrics: ${fault}`));
      offerEvery();
    });
  }
  offerEvery();

  return {
    routes: [
      metricsRoute((format) => writePage(withIdentity(parts.samples(), BOX), format)),
      healthRoute(parts.problems),
      { on: ['admin'], for: 'readers', methods: ['GET'], path: '/version', handle: () => sayJson(200, { version }) },
    ],
    async *samples() {
      yield { samples: [...(await instruments.samples()), ...(await runtime.read())] };
    },
    stop() {
      cancel();
      runtime.stop();
    },
  };
}

function metricsRoute(page: (format: PageFormat) => Promise<string>): Route {
  return {
    on: ['box'],
    for: 'readers',
    methods: ['GET'],
    path: '/metrics',
    async handle({ headers }) {
      const type = preferredType(headers.accept, [PAGE_TYPES.prometheus, PAGE_TYPES.openmetrics]);
      return {
        status: 200,
        headers: { 'content-type': type, 'cache-control': 'no-store', vary: 'accept' },
        body: await page(type === PAGE_TYPES.openmetrics ? 'openmetrics' : 'prometheus'),
        compressible: true,
      };
    },
  };
}

function healthRoute(problems: () => readonly string[]): Route {
  return {
    on: ['box'],
    for: 'readers',
    methods: ['GET'],
    path: '/healthz',
    handle: () => {
      const found = problems();
      return say(found.length === 0 ? 200 : 503, found.length === 0 ? 'ok' : found.join('\n'));
    },
  };
}
