import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { arm } from '../draw/arm.ts';
import { bars } from '../draw/bars.ts';
import { line } from '../draw/line.ts';
import { CSS, icon, PATTERN, POLICY, SWATCH } from './drawings.ts';
import type { LineData, MonitorData, PageData } from './page-data.ts';

const handlebars = Handlebars.create();
const OPTIONS: CompileOptions = { strict: true, knownHelpersOnly: true };
for (const name of ['head', 'stamp', 'legend'])
  handlebars.registerPartial(name, handlebars.compile(template(name), OPTIONS));
const indexPage = handlebars.compile(template('index'), OPTIONS);
const monitorPage = handlebars.compile(template('monitor'), OPTIONS);

/** The site's files by their path inside its folder: `index.html`, `status.json` and `m/<slug>/index.html`. All text is escaped; only our own drawings are not. */
export function renderSite(data: PageData): Map<string, string> {
  const files = new Map<string, string>();
  for (const monitor of data.monitors) files.set(monitorPath(monitor.line.slug), renderMonitor(monitor));
  files.set('status.json', `${JSON.stringify(data.status, null, 1)}\n`);
  files.set('index.html', renderIndex(data));
  return files;
}

function renderIndex(data: PageData): string {
  return indexPage({
    ...data,
    ...frame(data.state),
    arm: drawing(arm(data.state)),
    groups: data.groups.map((group) => ({ ...group, lines: group.lines.map(drawnLine) })),
  });
}

function renderMonitor(data: MonitorData): string {
  const { state } = data.line;
  return monitorPage({
    ...data,
    ...frame(state),
    since: data.since,
    arm: drawing(arm(state)),
    bars: drawing(bars(data.line.days, data.line.daysInWords)),
    chart: data.latency.drawing && drawing(line(data.latency.drawing)),
    changes: data.changes.map((change) => ({ ...change, arm: drawing(arm(change.state)) })),
  });
}

function drawnLine(data: LineData) {
  return { ...data, arm: drawing(arm(data.state)), bars: drawing(bars(data.days, data.daysInWords)) };
}

function frame(state: PageData['state']) {
  return { policy: POLICY, css: drawing(CSS), icon: icon(state), pattern: drawing(PATTERN), swatch: drawing(SWATCH) };
}

/** Marks what our own hand drew as safe to stand unescaped; no text from outside may pass here. */
function drawing(svg: string): Handlebars.SafeString {
  return new Handlebars.SafeString(svg);
}

function monitorPath(slug: string): string {
  if (!/^[a-z0-9-]+$/.test(slug)) throw new Error(`a monitor's slug is ${JSON.stringify(slug)}; wanted a-z, 0-9 and -`);
  return `m/${slug}/index.html`;
}

function template(name: string): string {
  return readFileSync(new URL(`templates/${name}.hbs`, import.meta.url), 'utf8');
}
