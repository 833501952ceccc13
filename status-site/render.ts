import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Handlebars from 'handlebars';
import { arm } from '../draw/arm.ts';
import { bars } from '../draw/bars.ts';
import { line } from '../draw/line.ts';
import { CSS, icon, PATTERN, POLICY, SWATCH } from './drawings.ts';
import type { IndexData, LineData, MonitorData, MonitorPage } from './page-data.ts';

/** The one-file edition: the package's main module takes two more megabytes of memory. */
const handlebars: typeof Handlebars = createRequire(import.meta.url)('handlebars/dist/handlebars.min.js');
const OPTIONS: CompileOptions = { strict: true, knownHelpersOnly: true };
for (const name of ['head', 'stamp', 'legend'])
  handlebars.registerPartial(name, handlebars.compile(template(name), OPTIONS));
const indexPage = handlebars.compile(template('index'), OPTIONS);
const monitorPage = handlebars.compile(template('monitor'), OPTIONS);

/** A file by its path inside the site's folder; without text the one that was written before stays. */
export type SiteFile = readonly [path: string, text: string | undefined];

/**
 * The site's files one by one: `m/<slug>/index.html`, then `status.json`, and `index.html` last, so that it never leads to a page
 * that is not there yet. All text is escaped; only our own drawings are not.
 */
export function* renderSite(site: Generator<MonitorPage, IndexData>): Generator<SiteFile> {
  let next = site.next();
  for (; !next.done; next = site.next()) {
    const { slug, page } = next.value;
    yield [monitorPath(slug), page && renderMonitor(page)];
  }
  yield ['status.json', `${JSON.stringify(next.value.status, null, 1)}\n`];
  yield ['index.html', renderIndex(next.value)];
}

function renderIndex(data: IndexData): string {
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

function frame(state: IndexData['state']) {
  return { policy: POLICY, css: drawing(CSS), icon: icon(state), pattern: drawing(PATTERN), swatch: drawing(SWATCH) };
}

/** Marks what our own hand drew as safe to stand unescaped; no text from outside may pass here. */
function drawing(svg: string): Handlebars.SafeString {
  return new handlebars.SafeString(svg);
}

function monitorPath(slug: string): string {
  if (!/^[a-z0-9-]+$/.test(slug)) throw new Error(`a monitor's slug is ${JSON.stringify(slug)}; wanted a-z, 0-9 and -`);
  return `m/${slug}/index.html`;
}

function template(name: string): string {
  return readFileSync(new URL(`templates/${name}.hbs`, import.meta.url), 'utf8');
}
