import type { Metric, MetricType } from '../model/metric.ts';

/** A PromQL expression and the labels that its series have: one that they have not cannot be named. */
export interface Expression<Label extends string> {
  readonly text: string;
  readonly labels: readonly Label[];
  /** Whether it stands in brackets when it becomes part of another. */
  readonly isCompound?: true;
}

/** The series of one metric, as they are. */
export interface Selector<Label extends string, Type extends MetricType> extends Expression<Label> {
  readonly metric: Metric<Label, Type>;
}

/** Who measured: on every series. */
type Measured = 'job' | 'instance';
/** What a label must be: this value, or whatever the operator says of it. */
type Match = string | readonly ['=' | '!=' | '=~' | '!~', string];
type Matches<Label extends string> = { readonly [Key in Label]?: Match };
/** How far back: of the dashboard's own time, or a span. */
export type Window = '$__rate_interval' | '$__range' | '$__interval' | '1h' | '6h' | '1d' | '7d' | '30d' | '90d';

type Countable = 'counter' | 'untyped';
type Standing = 'gauge' | 'info' | 'untyped';

/** The series of a metric of the catalogue, of the chosen jobs and instances. */
export function select<Label extends string, Type extends MetricType>(
  metric: Metric<Label, Type>,
  where: Matches<NoInfer<Label> | Measured> = {},
): Selector<Label | Measured, Type> {
  const labels = [...metric.labels, 'job', 'instance'] as const;
  return { text: `${metric.name}{${matchers(where)}}`, labels, metric: { ...metric, labels } };
}

/** The metric of a check: with where it was made from, which only checks say. */
export function checked<Label extends string, Type extends MetricType>(
  metric: Metric<Label, Type>,
): Metric<Label | 'vantage', Type> {
  return { ...metric, labels: [...metric.labels, 'vantage'] };
}

/** Series of any name: of sources that choose their names themselves. The name is matched with a variable of the dashboard. */
export function selectNamed(variable: `$${string}`): Expression<'__name__' | Measured> {
  return { text: `{${matchers({ __name__: ['=~', variable] })}}`, labels: ['__name__', 'job', 'instance'] };
}

function matchers(where: Matches<string>): string {
  const all: Matches<string> = { job: ['=~', '$job'], instance: ['=~', '$instance'], ...where };
  const parts = Object.entries(all).map(([label, match = '']) => {
    const [operator, value] = typeof match === 'string' ? ['=', match] : match;
    return `${label}${operator}${JSON.stringify(value)}`;
  });
  return parts.join(',');
}

/** How much a counter grows a second. */
export function rate<Label extends string>(of: Selector<Label, Countable>): Expression<Label> {
  return { text: `rate(${of.text}[$__rate_interval])`, labels: of.labels };
}

/** How much a counter grew. */
export function increase<Label extends string>(of: Selector<Label, Countable>, window: Window): Expression<Label> {
  return { text: `increase(${of.text}[${window}])`, labels: of.labels };
}

/** What a gauge was over a time: its mean, highest, lowest; how often it changed; its share of quantile. */
export function overTime<Label extends string>(
  how: 'avg_over_time' | 'max_over_time' | 'min_over_time' | 'count_over_time' | 'changes' | 'delta',
  of: Selector<Label, Standing>,
  window: Window,
): Expression<Label> {
  return { text: `${how}(${of.text}[${window}])`, labels: of.labels };
}

/** What a gauge will be after so many seconds, if it goes on as it did. */
export function predict<Label extends string>(of: Selector<Label, 'gauge'>, window: Window, seconds: number) {
  return { text: `predict_linear(${of.text}[${window}], ${seconds})`, labels: of.labels } satisfies Expression<Label>;
}

/** The values of a gauge below which this share of its time lay, 0 to 1. */
export function quantileOverTime<Label extends string>(
  share: number,
  of: Selector<Label, 'gauge'>,
  window: Window,
): Expression<Label> {
  return { text: `quantile_over_time(${share}, ${of.text}[${window}])`, labels: of.labels };
}

/** The value below which this share of what a histogram counted lies. */
export function quantile<Label extends string, const By extends Label | Measured = never>(
  share: number,
  of: Metric<Label, 'histogram'>,
  by: readonly By[] = [],
): Expression<By> {
  const inner = `sum by (${['le', ...by].join(', ')}) (rate(${of.name}_bucket{${matchers({})}}[$__rate_interval]))`;
  return { text: `histogram_quantile(${share}, ${inner})`, labels: by };
}

/** How many events a second a histogram counted. */
export function observations<Label extends string>(of: Metric<Label, 'histogram'>): Expression<Label | Measured> {
  const labels = [...of.labels, 'job', 'instance'] as const;
  return { text: `rate(${of.name}_count{${matchers({})}}[$__rate_interval])`, labels };
}

/** Several series as one, or as one for each value of the labels that are named. */
export function aggregate<Label extends string, const By extends Label = never>(
  how: 'sum' | 'avg' | 'min' | 'max' | 'count',
  of: Expression<Label>,
  by: readonly By[] = [],
): Expression<By> {
  const named = by.length === 0 ? '' : ` by (${by.join(', ')}) `;
  return { text: `${how}${named}(${of.text})`, labels: by };
}

export const sum = <Label extends string, const By extends Label = never>(of: Expression<Label>, by?: readonly By[]) =>
  aggregate('sum', of, by);
export const max = <Label extends string, const By extends Label = never>(of: Expression<Label>, by?: readonly By[]) =>
  aggregate('max', of, by);
export const min = <Label extends string, const By extends Label = never>(of: Expression<Label>, by?: readonly By[]) =>
  aggregate('min', of, by);
export const avg = <Label extends string, const By extends Label = never>(of: Expression<Label>, by?: readonly By[]) =>
  aggregate('avg', of, by);
export const count = <Label extends string, const By extends Label = never>(
  of: Expression<Label>,
  by?: readonly By[],
) => aggregate('count', of, by);

/** The so many highest at each instant. */
export function highest<Label extends string>(many: number, of: Expression<Label>): Expression<Label> {
  return { text: `topk(${many}, ${of.text})`, labels: of.labels };
}

type Operator = '+' | '-' | '*' | '/' | '==' | '!=' | '>' | '>=' | '<' | '<=' | '> bool' | '< bool' | '== bool';

/** Arithmetic and comparison between series of the same labels, or with a number. A comparison without `bool` keeps the series for which it holds. */
export function calc<Label extends string>(
  left: Expression<Label> | number,
  operator: Operator,
  right: Expression<NoInfer<Label>> | number,
): Expression<Label> {
  const labels = typeof left !== 'number' ? left.labels : typeof right !== 'number' ? right.labels : [];
  return { text: `${operand(left)} ${operator} ${operand(right)}`, labels, isCompound: true };
}

function operand(of: Expression<string> | number): string {
  if (typeof of === 'number') return String(of);
  return of.isCompound ? `(${of.text})` : of.text;
}

/** Each series with labels of the info metric that speaks of the same thing. */
export function withInfo<Label extends string, Info extends string, const Take extends Info>(
  of: Expression<Label>,
  info: Selector<Info, 'info' | 'gauge'>,
  on: readonly (Label & Info)[],
  take: readonly Take[],
): Expression<Label | Take> {
  const text = `${operand(of)} * on (${on.join(', ')}) group_left (${take.join(', ')}) ${info.text}`;
  return { text, labels: [...of.labels, ...take], isCompound: true };
}

/** How long ago an instant was, in seconds. */
export function age<Label extends string>(of: Expression<Label>): Expression<Label> {
  return { text: `time() - ${operand(of)}`, labels: of.labels, isCompound: true };
}

/** How far off an instant is, in seconds; negative when it is past. */
export function untilThen<Label extends string>(of: Expression<Label>): Expression<Label> {
  return { text: `${operand(of)} - time()`, labels: of.labels, isCompound: true };
}
