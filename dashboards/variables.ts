import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import type { Metric } from '../model/metric.ts';
import { DATASOURCE } from './panel.ts';

/** Of which jobs and instances a dashboard speaks: those that have this metric, or whatever there is. */
export interface ScopeOf {
  readonly metric?: Metric;
  /** Jobs of these names alone, a regular expression. */
  readonly job?: string;
  /** What an instance is, to whom it is shown. */
  readonly instance: string;
}

/** A variable beside those that each dashboard has. */
export interface OwnVariable {
  readonly name: string;
  readonly label: string;
  /** As Grafana asks for them: `label_values(…)`. */
  readonly query: string;
  readonly regex?: string;
}

/** The data source, job, instance, and what else is chosen at the top. */
export function variablesOf({ metric, job, instance }: ScopeOf, own: readonly OwnVariable[] = []) {
  const name = metric?.name ?? '';
  const ofJob = job === undefined ? '' : `{job=~"${job}"}`;
  const jobs = name === '' && ofJob === '' ? 'label_values(job)' : `label_values(${name}${ofJob}, job)`;
  return [
    new grafana.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    several({ name: 'job', label: 'Job', query: jobs }),
    several({ name: 'instance', label: instance, query: `label_values(${name}{job=~"$job"}, instance)` }),
    ...own.map(several),
  ];
}

function several({ name, label, query, regex }: OwnVariable): grafana.QueryVariableBuilder {
  const builder = new grafana.QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
    .sort(grafana.VariableSort.AlphabeticalAsc)
    .refresh(grafana.VariableRefresh.OnTimeRangeChanged);
  return regex === undefined ? builder : builder.regex(regex);
}
