/** A page of node_exporter's or ours: types, help texts and series, by name and labels in order; empty labels are as absent ones. */
export interface Page {
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  readonly series: ReadonlyMap<string, number>;
}

export function readPage(text: string): Page {
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (kind === 'HELP') helps.set(name, rest);
    else if (kind === 'TYPE') types.set(name, rest);
    else if (line !== '') {
      const [, of = '', inside = '', value] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const labels = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
        .filter(([, , text]) => text !== '')
        .map(([label]) => label)
        .sort();
      series.set(`${of}{${labels.join(',')}}`, Number(value));
    }
  }
  return { types, helps, series };
}

/** The metric's name of a series. */
export function nameOf(series: string): string {
  return series.slice(0, series.indexOf('{'));
}
