import type { GridPos } from './layout.ts';

/** A dashboard as its file has it: Grafana's classic JSON, as much of it as we look at. Nothing of it is sure to be there. */
export interface ClassicDashboard {
  readonly uid?: string;
  readonly title?: string;
  readonly tags?: readonly string[];
  readonly editable?: boolean;
  readonly graphTooltip?: number;
  readonly schemaVersion?: number;
  readonly links?: readonly ClassicLink[];
  readonly templating?: { readonly list?: readonly ClassicVariable[] };
  readonly annotations?: { readonly list?: readonly { readonly name?: string; readonly target?: ClassicTarget }[] };
  readonly panels?: readonly ClassicPanel[];
}

export interface ClassicLink {
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly keepTime?: boolean;
  readonly includeVars?: boolean;
}

export interface ClassicVariable {
  readonly name?: string;
  readonly type?: string;
  readonly query?: unknown;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
}

export interface ClassicTarget {
  readonly refId?: string;
  readonly expr?: string;
  readonly instant?: boolean;
  readonly datasource?: { readonly uid?: string };
}

export interface ClassicPanel {
  readonly id?: number;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly collapsed?: boolean;
  readonly gridPos?: GridPos;
  readonly datasource?: { readonly uid?: string };
  readonly targets?: readonly ClassicTarget[];
  readonly options?: { readonly legend?: { readonly displayMode?: string } };
  readonly fieldConfig?: {
    readonly defaults?: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps?: readonly { readonly value?: number | null }[] };
    };
    readonly overrides?: readonly {
      readonly properties?: readonly { readonly id?: string; readonly value?: unknown }[];
    }[];
  };
  /** Those of a row. */
  readonly panels?: readonly ClassicPanel[];
}

/** Every panel, those in folded rows and the rows themselves included. */
export function allPanels({ panels = [] }: ClassicDashboard): ClassicPanel[] {
  return panels.flatMap((one) => [one, ...(one.panels ?? [])]);
}

/** Every panel that draws something. */
export function drawnPanels(dashboard: ClassicDashboard): ClassicPanel[] {
  return allPanels(dashboard).filter(({ type }) => type !== 'row');
}

/** Every query of panels and annotations, and where it stands. */
export function allTargets(dashboard: ClassicDashboard): { readonly where: string; readonly target: ClassicTarget }[] {
  const ofPanels = drawnPanels(dashboard).flatMap(({ title = '', targets = [] }) =>
    targets.map((target) => ({ where: `panel "${title}", query ${target.refId ?? '?'}`, target })),
  );
  const ofMarks = (dashboard.annotations?.list ?? []).flatMap(({ name = '', target }) =>
    target ? [{ where: `annotation "${name}"`, target }] : [],
  );
  return [...ofPanels, ...ofMarks];
}
