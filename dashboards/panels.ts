import * as common from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type About, described, drawn, type Line, queryOf, type Words } from './panel.ts';
import type { Expression } from './query.ts';

export { RIGHT_AT_ONE, WRONG_FROM_ONE } from './panel.ts';
export { table } from './table.ts';

/** A large number as it is now; with `course`, a small line of how it came there. */
export function stat(
  about: About & { readonly of: Expression<string>; readonly legend?: string; readonly course?: true },
) {
  const { of, course, legend = '' } = about;
  const query = queryOf({ of, legend });
  const builder = described(new StatBuilder(), about)
    .withTarget(course ? query.range() : query.instant())
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(course ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(legend === '' ? common.BigValueTextMode.Value : common.BigValueTextMode.ValueAndName);
  return drawn(about, builder);
}

/** Lines over time, with a table of their mean, last and highest values below. */
export function graph(
  about: About & {
    readonly lines: readonly Line[];
    readonly stacked?: true;
    readonly bars?: true;
    readonly min?: number;
    readonly max?: number;
  },
) {
  const builder = described(new GraphBuilder(), about)
    .targets(about.lines.map((line) => queryOf(line).range()))
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['mean', 'lastNotNull', 'max'])
        .sortBy('Max')
        .sortDesc(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .drawStyle(about.bars ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(about.stacked || about.bars ? 60 : 10)
    .showPoints(common.VisibilityMode.Never);
  if (about.stacked) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (about.min !== undefined) builder.min(about.min);
  if (about.max !== undefined) builder.max(about.max);
  if (about.colours)
    builder.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  return drawn(about, builder);
}

/** States over time, a bar for each series. */
export function timeline(about: About & { readonly lines: readonly Line[]; readonly words: Words }) {
  const builder = described(new TimelineBuilder(), about)
    .targets(about.lines.map((line) => queryOf(line).range()))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.8)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single));
  return drawn(about, builder);
}
