import type { Metric } from '../../model/metric.ts';
import type { Sample } from '../../model/sample.ts';
import { prom } from './prom-client.ts';

type LabelsOf<Label extends string> = [Label] extends [never] ? [] : [Readonly<Record<Label, string>>];

/** Instruments for metrics of the catalogue, and only for those; the type checker asks for exactly their labels. */
export interface Instruments {
  counter<Label extends string>(of: Metric<Label>): { add(by: number, ...labels: LabelsOf<Label>): void };
  gauge<Label extends string>(
    of: Metric<Label>,
  ): { set(value: number, ...labels: LabelsOf<Label>): void; clear(): void };
  histogram<Label extends string>(
    of: Metric<Label>,
    bounds: readonly number[],
  ): { observe(value: number, ...labels: LabelsOf<Label>): void };
  /** What all of them say now. */
  samples(): Promise<Sample[]>;
}

/** Opens a registry of its own for the instruments. */
export function openInstruments(): Instruments {
  const registry = new prom.Registry();
  const settings = <Label extends string>({ name, help, labels }: Metric<Label>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter(of) {
      const counter = new prom.Counter(settings(of));
      return { add: (by, ...[labels]) => counter.inc(labels ?? {}, by) };
    },
    gauge(of) {
      const gauge = new prom.Gauge(settings(of));
      return { set: (value, ...[labels]) => gauge.set(labels ?? {}, value), clear: () => gauge.reset() };
    },
    histogram(of, bounds) {
      const histogram = new prom.Histogram({ ...settings(of), buckets: [...bounds] });
      return { observe: (value, ...[labels]) => histogram.observe(labels ?? {}, value) };
    },
    async samples() {
      const families = await registry.getMetricsAsJSON();
      return families.flatMap(({ name, values }) =>
        values.map((one) => {
          const labels = Object.entries(one.labels).map(([label, text]) => [label, labelText(text)]);
          return {
            name: (one as { metricName?: string }).metricName ?? name,
            labels: Object.fromEntries(labels),
            value: one.value,
          };
        }),
      );
    },
  };
}

function labelText(value: string | number | undefined): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
}
