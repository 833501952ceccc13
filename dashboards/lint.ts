import * as units from '@grafana/grafana-foundation-sdk/units';
import { catalogue } from '../model/metrics/index.ts';
import type { ClassicDashboard } from './classic.ts';
import { frameRules } from './rules/frame.ts';
import { panelRules } from './rules/panels.ts';
import { queryRules } from './rules/queries.ts';
import type { Rule } from './rules/rule.ts';

/** Every rule, by its name. */
export const rules: Readonly<Record<string, Rule>> = { ...frameRules, ...panelRules, ...queryRules };

/** What is wrong with a dashboard, and by which rule. */
export interface Complaint {
  readonly rule: string;
  readonly words: string;
}

/** Everything that is wrong with the dashboard of this file (its name without `.json`); nothing when all is well. */
export function lint(file: string, dashboard: ClassicDashboard): Complaint[] {
  const metrics = new Map(catalogue.flatMap((group) => Object.values(group)).map((one) => [one.name, one]));
  const known = {
    file,
    metrics,
    units: new Set<string>(Object.values(units).filter((one) => typeof one === 'string')),
  };
  return Object.entries(rules).flatMap(([rule, check]) =>
    [...check(dashboard, known)].map((words) => ({ rule, words })),
  );
}
