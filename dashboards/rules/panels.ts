import { allPanels, type ClassicPanel, drawnPanels } from '../classic.ts';
import type { Rule } from './rule.ts';

const COLUMNS = 24;

/** The rules for panels: what each must have, and where it stands. */
export const panelRules = {
  *'panel-title-and-description'(dashboard) {
    for (const one of drawnPanels(dashboard))
      if (!one.title || !/[a-z].*\.$/i.test(one.description ?? ''))
        yield `${nameOf(one)} lacks a title, or a sentence on what a rise means`;
  },
  *'panel-unit'(dashboard, { units }) {
    for (const one of drawnPanels(dashboard)) {
      const { defaults, overrides = [] } = one.fieldConfig ?? {};
      const others = overrides.flatMap(({ properties = [] }) => properties.filter(({ id }) => id === 'unit'));
      for (const unit of [defaults?.unit, ...others.map(({ value }) => String(value))])
        if (!units.has(unit ?? '')) yield `${nameOf(one)}: Grafana has no unit ${JSON.stringify(unit ?? '')}`;
    }
  },
  *'panel-datasource'(dashboard) {
    for (const one of drawnPanels(dashboard))
      if ([one, ...(one.targets ?? [])].some(({ datasource }) => datasource?.uid !== '$datasource'))
        yield `${nameOf(one)} does not ask the data source that was chosen, $datasource`;
  },
  *'panel-targets'(dashboard) {
    for (const one of drawnPanels(dashboard))
      if (!one.targets?.length || one.targets.some(({ expr }) => !expr))
        yield `${nameOf(one)} has no query, or an empty one`;
  },
  *'ref-ids'(dashboard) {
    for (const one of drawnPanels(dashboard)) {
      const ids = (one.targets ?? []).map(({ refId }) => refId ?? '');
      if (ids.includes('') || new Set(ids).size < ids.length)
        yield `${nameOf(one)}: its queries have no refId of their own`;
    }
  },
  *'panel-ids'(dashboard) {
    const seen = new Set<number>();
    for (const one of allPanels(dashboard)) {
      const { id = 0 } = one;
      if (id === 0 || seen.has(id)) yield `${nameOf(one)}: its id ${id} is 0, or another's`;
      seen.add(id);
    }
  },
  *'inside-grid'(dashboard) {
    for (const one of allPanels(dashboard)) {
      const { x, w } = one.gridPos ?? { x: 0, w: 0 };
      if (w < 1 || x < 0 || x + w > COLUMNS) yield `${nameOf(one)} does not stand within the ${COLUMNS} columns`;
    }
  },
  *'no-overlap'({ panels = [] }) {
    for (const together of [panels, ...panels.map((row) => row.panels ?? [])])
      for (const [index, one] of together.entries())
        for (const other of together.slice(index + 1))
          if (overlap(one, other)) yield `${nameOf(one)} and ${nameOf(other)} stand on each other`;
  },
  *'first-threshold'(dashboard) {
    for (const one of drawnPanels(dashboard)) {
      const { defaults, overrides = [] } = one.fieldConfig ?? {};
      const others = overrides.flatMap(({ properties = [] }) => properties.filter(({ id }) => id === 'thresholds'));
      for (const thresholds of [defaults?.thresholds, ...others.map(({ value }) => value as typeof defaults)])
        if (thresholds && (thresholds as { steps?: { value?: number | null }[] }).steps?.[0]?.value !== null)
          yield `${nameOf(one)}: its first threshold is not null, so low values have no colour`;
    }
  },
  *'no-empty-row'({ panels = [] }) {
    const after = [...panels.slice(1), undefined];
    for (const [index, one] of panels.entries()) {
      const isEmpty = one.collapsed ? !one.panels?.length : (after[index]?.type ?? 'row') === 'row';
      if (one.type === 'row' && isEmpty) yield `${nameOf(one)} has no panel`;
    }
  },
  *'legend-as-table'(dashboard) {
    for (const one of drawnPanels(dashboard))
      if (one.type === 'timeseries' && one.options?.legend?.displayMode !== 'table')
        yield `${nameOf(one)}: its legend is no table`;
  },
} satisfies Readonly<Record<string, Rule>>;

function nameOf({ type, title, id }: ClassicPanel): string {
  return `${type === 'row' ? 'row' : 'panel'} "${title ?? id ?? '?'}"`;
}

function overlap({ gridPos: one }: ClassicPanel, { gridPos: other }: ClassicPanel): boolean {
  if (!one || !other) return false;
  const { x, y, w, h } = one;
  return x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h;
}
