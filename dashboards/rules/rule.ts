import type { Metric } from '../../model/metric.ts';
import type { ClassicDashboard } from '../classic.ts';

/** What rules know beside the dashboard. */
export interface Known {
  /** The name of its file, without `.json`. */
  readonly file: string;
  /** Grafana's. */
  readonly units: ReadonlySet<string>;
  /** Of the catalogue, by name. */
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** One rule: what is wrong, a line each; nothing when all is well. */
export type Rule = (dashboard: ClassicDashboard, known: Known) => Iterable<string>;
