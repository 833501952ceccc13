// biome-ignore lint/suspicious/noExplicitAny: a sample is broken JSON, of no type
type Json = any;
type Break = (dashboard: Json) => void;

const CHOSEN = 'job=~"$job",instance=~"$instance"';

const variable = (name: string) => (one: Json) => one.templating.list.find((it: Json) => it.name === name);
const stat = (one: Json) => one.panels[0];
const graph = (one: Json) => one.panels.find((it: Json) => it.type === 'timeseries');
const row = (one: Json) => one.panels.find((it: Json) => it.type === 'row');
const whole = (one: Json) => one;

/** The value at a path below a part of the dashboard is another; undefined takes it away. */
function put(part: (dashboard: Json) => Json, path: string, value?: unknown): Break {
  return (dashboard) => {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const holder = names.reduce((at, name) => at[name], part(dashboard));
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  };
}

const expr = (text: string) => put(stat, 'targets.0.expr', text);
const property = (id: string, value: unknown) =>
  put(stat, 'fieldConfig.overrides', [{ matcher: { id: 'byName', options: 'x' }, properties: [{ id, value }] }]);

/** What breaks each rule of the linter, when done to a dashboard that keeps them all. */
export const samples: Readonly<Record<string, readonly Break[]>> = {
  'template-datasource': [put(variable('datasource'), 'name', 'source'), put(variable('datasource'), 'query', 'loki')],
  'template-job': [put(variable('job'), 'multi', false), put(variable('job'), 'refresh', 1)],
  'template-instance': [put(variable('instance'), 'allValue', ''), put(variable('instance'), 'type', 'custom')],
  'not-editable': [put(whole, 'editable', true), put(whole, 'editable')],
  'uid-is-file-name': [put(whole, 'uid', 'overview')],
  'shared-crosshair': [put(whole, 'graphTooltip', 0)],
  'classic-format': [put(whole, 'schemaVersion')],
  'links-by-tag': [put(whole, 'tags', []), put(whole, 'links', []), put(whole, 'links.0.keepTime', false)],
  'no-placement': [put(whole, 'links.0.placement', 'inControlsMenu')],
  'well-at-a-glance': [(one) => one.panels.splice(0, 4), put(stat, 'type', 'gauge')],
  'panel-title-and-description': [
    put(stat, 'title', ''),
    put(stat, 'description'),
    put(row, 'panels.0.description', ''),
  ],
  'panel-unit': [
    put(stat, 'fieldConfig.defaults.unit', 'sceonds'),
    put(graph, 'fieldConfig.defaults.unit'),
    property('unit', 'parsecs'),
  ],
  'panel-datasource': [put(stat, 'datasource.uid', 'P1809F7CD0C75ACF3'), put(graph, 'targets.0.datasource')],
  'panel-targets': [put(stat, 'targets', []), put(stat, 'targets')],
  'ref-ids': [put(stat, 'targets.0.refId'), (one) => graph(one).targets.push(graph(one).targets[0])],
  'panel-ids': [put(row, 'id', 0), put(stat, 'id', 2)],
  'inside-grid': [put(graph, 'gridPos.w', 13)],
  'no-overlap': [put(stat, 'gridPos.w', 4), put(row, 'panels.1.gridPos.x', 3)],
  'first-threshold': [
    put(stat, 'fieldConfig.defaults.thresholds.steps.0.value', 0),
    property('thresholds', { steps: [{ value: 3 }] }),
  ],
  'no-empty-row': [put(row, 'panels', []), put(row, 'collapsed', false)],
  'legend-as-table': [put(graph, 'options.legend.displayMode', 'list')],
  'target-parses': [expr('sum('), expr(`node_load1{${CHOSEN}} default 0`)],
  'rate-interval': [
    expr(`rate(node_intr_total{${CHOSEN}}[5m])`),
    expr(`sum(irate(node_intr_total{${CHOSEN}}[$__interval]))`),
  ],
  'counter-in-rate': [
    expr(`node_intr_total{${CHOSEN}}`),
    expr(`deriv(node_intr_total{${CHOSEN}}[5m])`),
    expr(`rate(sum(node_intr_total{${CHOSEN}})[$__rate_interval:])`),
  ],
  'target-job': [expr('node_load1{instance=~"$instance"}'), expr('node_load1{job="node",instance=~"$instance"}')],
  'target-instance': [expr('node_load1{job=~"$job"}'), expr('node_load1{job=~"$job",instance!~"$instance"}')],
  'metric-is-catalogued': [expr(`node_load2{${CHOSEN}}`), expr(`node_load1_bucket{${CHOSEN}}`), expr(`{${CHOSEN}}`)],
  'labels-are-catalogued': [
    expr(`node_load1{${CHOSEN},cpu="0"}`),
    expr(`sum by (cpu) (node_load1{${CHOSEN}})`),
    expr(`node_load1{${CHOSEN}} * on (cpu) node_load5{${CHOSEN}}`),
    expr(`node_load1{${CHOSEN}} * on (instance) group_left (title) node_load5{${CHOSEN}}`),
  ],
};
