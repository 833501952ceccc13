import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import { type GridPos, placeLine } from './layout.ts';
import { DATASOURCE, type Drawn, queryOf } from './panel.ts';
import type { Expression } from './query.ts';
import { type OwnVariable, type ScopeOf, variablesOf } from './variables.ts';

/** A row that is folded until its question is asked; each inner list is one line of panels. */
export interface Question {
  readonly title: string;
  readonly lines: readonly (readonly Drawn[])[];
}

/** Instants that a metric has for its values, as marks on every graph. */
export interface Marks {
  readonly title: string;
  readonly colour: string;
  /** In seconds since the epoch. */
  readonly at: Expression<string>;
  /** What is said of each: `{{instance}}`. */
  readonly text: string;
}

/** A dashboard as one writes it. */
export interface Board {
  /** Also the name of its file. */
  readonly uid: `signalbox-${string}`;
  readonly title: string;
  readonly description: string;
  readonly scope: ScopeOf;
  readonly variables?: readonly OwnVariable[];
  /** How far back it looks at first. */
  readonly from?: 'now-6h' | 'now-24h' | 'now-7d' | 'now-30d';
  /** Six to eight numbers that answer: is it well? */
  readonly well: readonly Drawn[];
  /** The graphs that are always open, two beside each other. */
  readonly golden: readonly (readonly Drawn[])[];
  readonly questions: readonly Question[];
  readonly marks?: readonly Marks[];
}

/** All of ours have it: each leads to the others. */
export const TAG = 'signalbox';
const WELL_HEIGHT = 4;
const HEIGHT = 8;

/** The dashboard as Grafana reads it, in its classic form. */
export function compose(board: Board): grafana.Dashboard {
  const builder = new grafana.DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags([TAG])
    .readonly()
    .tooltip(grafana.DashboardCursorSync.Crosshair)
    .time({ from: board.from ?? 'now-24h', to: 'now' })
    .refresh('1m')
    .variables(variablesOf(board.scope, board.variables))
    .annotations((board.marks ?? []).map(marksOf))
    .link(
      new grafana.DashboardLinkBuilder('Signalbox')
        .type(grafana.DashboardLinkType.Dashboards)
        .icon('external link')
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  return withoutUnasked({ ...builder.build(), panels: numbered(place(board)) });
}

function place({ well, golden, questions }: Board): (grafana.Panel | grafana.RowPanel)[] {
  let y = 0;
  const line = (panels: readonly Drawn[], height: number): grafana.Panel[] => {
    const places = placeLine(panels, y, height);
    y += height;
    return panels.map(({ panel }, index) => ({ ...panel, gridPos: places[index] as GridPos }));
  };
  const open = [...line(well, WELL_HEIGHT), ...golden.flatMap((one) => line(one, HEIGHT))];
  const folded = questions.map(({ title, lines }) => {
    const at = y;
    y += 1;
    const panels = lines.flatMap((one) => line(one, HEIGHT));
    // A folded row takes one line, whatever is in it.
    y = at + 1;
    const row = new grafana.RowBuilder(title).collapsed(true).gridPos({ x: 0, y: at, w: 24, h: 1 }).build();
    return { ...row, panels };
  });
  return [...open, ...folded];
}

/** In the order in which they stand; the SDK gives panels no id, and each row 0. */
function numbered(panels: (grafana.Panel | grafana.RowPanel)[]): (grafana.Panel | grafana.RowPanel)[] {
  let id = 0;
  return panels.map((one) => {
    const own = { ...one, id: ++id };
    return 'panels' in own ? { ...own, panels: own.panels.map((inner) => ({ ...inner, id: ++id })) } : own;
  });
}

function marksOf({ title, colour, at, text }: Marks): grafana.AnnotationQueryBuilder {
  const target = queryOf({ of: { ...at, text: `${at.text} * 1000` }, legend: text })
    .range()
    .refId('Anno');
  return new grafana.AnnotationQueryBuilder()
    .name(title)
    .enable(true)
    .iconColor(colour)
    .datasource(DATASOURCE)
    .target(target)
    .titleFormat(title)
    .textFormat(text)
    .useValueForTime(true);
}

/** What the SDK writes and no call of it unsets: links that hide in a menu (grafana-foundation-sdk #1202), intervals of variables that have none. */
const UNASKED: Readonly<Record<string, readonly unknown[]>> = {
  placement: ['inControlsMenu'],
  auto: [false],
  auto_min: ['10s'],
  auto_count: [30],
};

function withoutUnasked<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(withoutUnasked) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.entries(part).filter(([name, value]) => !UNASKED[name]?.includes(value));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutUnasked(value)])) as Part;
}
