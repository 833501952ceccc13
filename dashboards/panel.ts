import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import type * as units from '@grafana/grafana-foundation-sdk/units';
import type { Size } from './layout.ts';
import type { Expression } from './query.ts';

/** Of Grafana's own list. */
export type Unit = Extract<(typeof units)[keyof typeof units], string>;
export type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';
/** The colour to begin with, then each value from which another holds. */
export type Colours = readonly [Colour, ...(readonly [from: number, Colour])[]];
/** What is written in place of a value, and in which colour. */
export type Words = Readonly<Record<number, readonly [text: string, Colour]>>;

/** What every panel has. */
export interface About extends Size {
  /** What it shows, and what a rise of it means. */
  readonly description: string;
  readonly unit: Unit;
  readonly decimals?: number;
  readonly colours?: Colours;
  readonly words?: Words;
  /** The dashboard that says more, by its uid. */
  readonly more?: string;
  /** The name of a variable; there is such a panel for each of its values. */
  readonly repeat?: string;
}

/** One query of a panel; its legend may name labels that its series have: `{{device}} read`. */
export interface Line {
  readonly of: Expression<string>;
  readonly legend: string;
}

/** A panel that waits for its place. */
export interface Drawn extends Size {
  readonly panel: grafana.Panel;
}

/** The data source that is chosen at the top of each dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** 0 is well; from 1 on something is wrong. */
export const WRONG_FROM_ONE: Colours = ['green', [1, 'red']];
/** 1 is well, less is not. */
export const RIGHT_AT_ONE: Colours = ['red', [1, 'green']];

/** What the SDK's builders of panels have in common. */
interface PanelBuilder {
  title(of: string): this;
  description(of: string): this;
  unit(of: string): this;
  datasource(of: typeof DATASOURCE): this;
  transparent(of: boolean): this;
  decimals(of: number): this;
  thresholds(of: grafana.ThresholdsConfigBuilder): this;
  mappings(of: grafana.ValueMapping[]): this;
  colorScheme(of: grafana.FieldColorBuilder): this;
  links(of: grafana.DashboardLinkBuilder[]): this;
  repeat(of: string): this;
  maxPerRow(of: number): this;
  build(): grafana.Panel;
}

/** The builder with all that every panel has. */
export function described<Of extends PanelBuilder>(builder: Of, about: About): Of {
  const { title, description, unit, decimals, colours, words, more, repeat } = about;
  builder.title(title).description(description).unit(unit).datasource(DATASOURCE);
  if (decimals !== undefined) builder.decimals(decimals);
  if (colours) builder.thresholds(thresholdsOf(colours));
  if (colours || words) builder.colorScheme(new grafana.FieldColorBuilder().mode(grafana.FieldColorModeId.Thresholds));
  if (words) builder.mappings([mappingOf(words)]);
  if (more) builder.links([linkTo(more)]);
  if (repeat) builder.repeat(repeat).maxPerRow(2);
  return builder;
}

/** The panel, its queries numbered as Grafana does. */
export function drawn(about: About, builder: PanelBuilder): Drawn {
  const panel = builder.build();
  for (const [index, target] of (panel.targets ?? []).entries()) Object.assign(target, { refId: refId(index) });
  return { title: about.title, ...(about.width !== undefined && { width: about.width }), panel };
}

/** The letter of a query. */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** A query of the chosen data source. Throws where its legend names a label that its series have not. */
export function queryOf({ of, legend }: Line): DataqueryBuilder {
  for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
    if (!of.labels.includes(label))
      throw new Error(`the legend "${legend}" names a label that is not there: ${of.text}`);
  return new DataqueryBuilder().datasource(DATASOURCE).expr(of.text).legendFormat(legend);
}

export function thresholdsOf([first, ...others]: Colours): grafana.ThresholdsConfigBuilder {
  const steps = [{ color: first, value: null }, ...others.map(([value, color]) => ({ color, value }))];
  return new grafana.ThresholdsConfigBuilder().mode(grafana.ThresholdsMode.Absolute).steps(steps);
}

export function mappingOf(words: Words): grafana.ValueMap {
  const options = Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return { type: grafana.MappingType.ValueToText, options: Object.fromEntries(options) };
}

function linkTo(uid: string): grafana.DashboardLinkBuilder {
  return new grafana.DashboardLinkBuilder('More of it')
    .type(grafana.DashboardLinkType.Link)
    .url(`/d/${uid}?\${__url_time_range}`);
}
