import type { ClassicDashboard, ClassicVariable } from '../classic.ts';
import type { Rule } from './rule.ts';

const TAG = 'signalbox';
const ON_TIME_RANGE_CHANGE = 2;
const WELL_TOP = 0;

/** The rules for what stands around the panels. The first three and `editable` are those of grafana/dashboard-linter. */
export const frameRules = {
  *'template-datasource'(dashboard) {
    const variable = variableOf(dashboard, 'datasource');
    if (variable?.type !== 'datasource' || variable.query !== 'prometheus')
      yield 'no variable "datasource" by which a Prometheus is chosen';
  },
  *'template-job'(dashboard) {
    yield* chosen(dashboard, 'job');
  },
  *'template-instance'(dashboard) {
    yield* chosen(dashboard, 'instance');
  },
  *'not-editable'({ editable }) {
    if (editable !== false) yield '"editable" is not false: what is altered by hand would be lost at the next upgrade';
  },
  *'uid-is-file-name'({ uid }, { file }) {
    if (uid !== file) yield `its uid is ${uid}, its file ${file}.json`;
  },
  *'shared-crosshair'({ graphTooltip }) {
    if (graphTooltip !== 1) yield `"graphTooltip" is ${graphTooltip}, wanted 1: one crosshair over all graphs`;
  },
  *'classic-format'({ schemaVersion }) {
    if (schemaVersion === undefined) yield 'no "schemaVersion": Grafana takes files in its classic format alone';
  },
  *'links-by-tag'({ tags = [], links = [] }) {
    if (!tags.includes(TAG)) yield `it has not the tag "${TAG}" by which the others find it`;
    const link = links.find((one) => one.type === 'dashboards' && one.tags?.includes(TAG));
    if (link === undefined) yield `no link to all dashboards with the tag "${TAG}"`;
    else if (!link.keepTime || !link.includeVars) yield 'its link to the others does not keep time and variables';
  },
  *'no-placement'(dashboard) {
    if (JSON.stringify(dashboard).includes('"placement":"inControlsMenu"'))
      yield '"placement" hides a link or an annotation in a menu';
  },
  *'well-at-a-glance'({ panels = [] }) {
    const first = panels.filter(({ gridPos }) => gridPos?.y === WELL_TOP);
    if (first.length < 6 || first.length > 8 || first.some(({ type }) => type !== 'stat'))
      yield `its first row has ${first.length} panels, wanted 6 to 8 stats that say whether all is well`;
  },
} satisfies Readonly<Record<string, Rule>>;

function* chosen(dashboard: ClassicDashboard, name: string): Generator<string> {
  const variable = variableOf(dashboard, name);
  if (variable?.type !== 'query') yield `no variable "${name}" by a query`;
  else if (!variable.multi || !variable.includeAll || variable.allValue !== '.+')
    yield `the variable "${name}" does not take several, or all as ".+"`;
  else if (variable.refresh !== ON_TIME_RANGE_CHANGE)
    yield `the variable "${name}" is not asked anew when the time range changes`;
}

function variableOf({ templating }: ClassicDashboard, name: string): ClassicVariable | undefined {
  return templating?.list?.find((one) => one.name === name);
}
