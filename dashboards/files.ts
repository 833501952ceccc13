import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClassicDashboard } from './classic.ts';

/** Where the built dashboards are, as Grafana is given them. */
export const FOLDER = join(import.meta.dirname, 'json');

/** The dashboards of a folder, by the names of their files without `.json`, in order. Throws where one is no JSON. */
export function readDashboards(folder: string): Map<string, ClassicDashboard> {
  const names = readdirSync(folder).filter((one) => one.endsWith('.json'));
  return new Map(names.sort().map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8'))]));
}
