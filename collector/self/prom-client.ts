import { createRequire } from 'node:module';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The four modules of prom-client that we use. Its index also loads its cluster, push and default-metrics parts, which
 * cost 14 MB of resident memory and 0.1 s (measured, Node 24); these cost 2 MB and 3 ms.
 */
const require = createRequire(import.meta.url);

export const prom: {
  readonly Registry: typeof Registry;
  readonly Counter: typeof Counter;
  readonly Gauge: typeof Gauge;
  readonly Histogram: typeof Histogram;
} = {
  Registry: require('prom-client/lib/registry.js'),
  Counter: require('prom-client/lib/counter.js'),
  Gauge: require('prom-client/lib/gauge.js'),
  Histogram: require('prom-client/lib/histogram.js'),
};
