import type { Metric } from '../../model/metric.ts';
import { allTargets, type ClassicDashboard } from '../classic.ts';
import { readQuery, type Said, type Selected } from '../promql.ts';
import type { Rule } from './rule.ts';

const EVERYWHERE = ['job', 'instance', 'vantage'];
const COUNTING = new Set(['rate', 'irate', 'increase']);

/** The rules for queries. Those up to `target-instance` are those of grafana/dashboard-linter. */
export const queryRules = {
  *'target-parses'(dashboard) {
    for (const { where, target } of allTargets(dashboard))
      if (readQuery(target.expr ?? '') === undefined) yield `${where}: this is no PromQL: ${target.expr}`;
  },
  *'rate-interval'(dashboard) {
    for (const [where, { inside, window }] of allSelected(dashboard))
      if ((inside === 'rate' || inside === 'irate') && window !== '$__rate_interval')
        yield `${where}: ${inside} over ${window}, wanted $__rate_interval`;
  },
  *'counter-in-rate'(dashboard) {
    for (const [where, { metric, inside }] of allSelected(dashboard))
      if (metric.endsWith('_total') && !COUNTING.has(inside))
        yield `${where}: the counter ${metric} does not stand directly in rate, irate or increase`;
  },
  *'target-job'(dashboard) {
    yield* matched(dashboard, 'job');
  },
  *'target-instance'(dashboard) {
    yield* matched(dashboard, 'instance');
  },
  *'metric-is-catalogued'(dashboard, { metrics }) {
    for (const [where, { metric, matchers }] of allSelected(dashboard))
      if (metric === '' ? !/^=~"\$\w+"$/.test(matchers.get('__name__') ?? '') : !metricOf(metric, metrics))
        yield `${where}: nothing emits ${metric === '' ? 'a metric without a name' : metric}`;
  },
  *'labels-are-catalogued'(dashboard, { metrics }) {
    for (const [where, { selected, named }] of allSaid(dashboard)) {
      for (const { metric, matchers } of selected)
        for (const label of matchers.keys())
          if (!mayHave(metric, label, metrics)) yield `${where}: ${metric} has no label ${label}`;
      for (const one of named)
        if (!one.metrics.some((metric) => mayHave(metric, one.label, metrics)))
          yield `${where}: none of ${one.metrics.join(', ')} has a label ${one.label}`;
    }
  },
} satisfies Readonly<Record<string, Rule>>;

function* allSaid(dashboard: ClassicDashboard): Generator<[where: string, Said]> {
  for (const { where, target } of allTargets(dashboard)) {
    const said = readQuery(target.expr ?? '');
    if (said) yield [where, said];
  }
}

function* allSelected(dashboard: ClassicDashboard): Generator<[where: string, Selected]> {
  for (const [where, { selected }] of allSaid(dashboard)) for (const one of selected) yield [where, one];
}

function* matched(dashboard: ClassicDashboard, label: 'job' | 'instance'): Generator<string> {
  for (const [where, { metric, matchers }] of allSelected(dashboard))
    if (matchers.get(label) !== `=~"$${label}"`) yield `${where}: ${metric} is not chosen by ${label}=~"$${label}"`;
}

/** A histogram's series have endings that the catalogue does not name. */
function metricOf(name: string, metrics: ReadonlyMap<string, Metric>): Metric | undefined {
  const found = metrics.get(name);
  if (found) return found;
  const histogram = metrics.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  return histogram?.type === 'histogram' ? histogram : undefined;
}

/** What is not catalogued is another rule's. */
function mayHave(name: string, label: string, metrics: ReadonlyMap<string, Metric>): boolean {
  const metric = metricOf(name, metrics);
  if (metric === undefined || EVERYWHERE.includes(label)) return true;
  return metric.labels.includes(label) || (label === 'le' && name.endsWith('_bucket'));
}
