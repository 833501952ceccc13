import * as common from '@grafana/grafana-foundation-sdk/common';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import {
  type About,
  type Colours,
  described,
  drawn,
  mappingOf,
  queryOf,
  refId,
  thresholdsOf,
  type Unit,
  type Words,
} from './panel.ts';
import type { Expression } from './query.ts';

/** One query of a table: each of its series is a row, its value a column of this name; without one it is left out. */
export interface Column {
  readonly of: Expression<string>;
  readonly title?: string;
  readonly unit?: Unit;
  readonly words?: Words;
  readonly colours?: Colours;
}

/** Series as rows, as they are now. `labels` names the columns that are shown of their labels, in this order. */
export function table(
  about: About & {
    readonly columns: readonly Column[];
    readonly labels: Readonly<Record<string, string>>;
    /** The column by whose values the rows are ordered, the highest first. */
    readonly highestFirst?: string;
  },
) {
  const { columns, labels, highestFirst } = about;
  const columnOf = (index: number) => (columns.length === 1 ? 'Value' : `Value #${refId(index)}`);
  const builder = described(new TableBuilder(), about)
    .targets(columns.map(({ of }) => queryOf({ of, legend: '' }).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: arrangement(columns, labels, columnOf) });
  for (const { title, unit, words, colours } of columns) {
    const properties = [
      ...(unit ? [{ id: 'unit', value: unit }] : []),
      ...(words ? [{ id: 'mappings', value: [mappingOf(words)] }] : []),
      ...(colours ? [{ id: 'thresholds', value: thresholdsOf(colours).build() }] : []),
      ...(words || colours ? [{ id: 'custom.cellOptions', value: { type: 'color-text' } }] : []),
    ];
    if (title && properties.length > 0) builder.overrideByName(title, properties);
  }
  if (highestFirst) builder.sortBy([new common.TableSortByFieldStateBuilder().displayName(highestFirst).desc(true)]);
  return drawn(about, builder);
}

function arrangement(
  columns: readonly Column[],
  labels: Readonly<Record<string, string>>,
  columnOf: (index: number) => string,
) {
  for (const { of } of columns)
    for (const label of Object.keys(labels))
      if (!of.labels.includes(label) && columns.length === 1)
        throw new Error(`a table's series have no label ${label}: ${of.text}`);
  const shown = [...Object.keys(labels), ...columns.flatMap(({ title }, index) => (title ? [columnOf(index)] : []))];
  const known = new Set([
    'Time',
    '__name__',
    ...columns.flatMap(({ of }) => of.labels),
    ...columns.map((_, index) => columnOf(index)),
  ]);
  return {
    excludeByName: Object.fromEntries([...known].filter((one) => !shown.includes(one)).map((one) => [one, true])),
    indexByName: Object.fromEntries(shown.map((one, index) => [one, index])),
    renameByName: {
      ...labels,
      ...Object.fromEntries(columns.flatMap(({ title }, index) => (title ? [[columnOf(index), title]] : []))),
    },
  };
}
