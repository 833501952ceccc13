import type { Complain } from './inspector.ts';
import type { Path } from './mistake.ts';
import type { Draft } from './monitors.ts';
import { nearest } from './nearest.ts';

/** What monitors need must exist, and must not need them in turn. */
export function lintNeeds(drafts: readonly Draft[], complain: Complain): void {
  const needs = new Map(drafts.map(({ name, common }) => [name, common.needs ?? []]));
  for (const [name, wanted] of needs)
    for (const need of new Set(wanted)) if (!needs.has(need)) complain(pathOf(name), noMonitor(need, needs.keys()));
  for (const circle of circlesOf(needs)) {
    const words = [...circle, circle[0]].join(' needs ');
    complain(pathOf(circle[0] ?? ''), `came a circle (${words}), wanted none`);
  }
}

function pathOf(name: string): Path {
  return ['monitors', name, 'needs'];
}

/** Each circle once, from the member that stands first. Walks without recursion: a chain may be as long as the config. */
function circlesOf(needs: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];
  for (const start of needs.keys()) {
    const trail: { name: string; rest: string[] }[] = [];
    const enter = (name: string): void => {
      trail.push({ name, rest: [...(needs.get(name) ?? [])] });
    };
    if (!done.has(start)) enter(start);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        done.add(top.name);
        trail.pop();
        continue;
      }
      const begun = trail.findIndex((one) => one.name === next);
      if (begun >= 0) circles.push(trail.slice(begun).map((one) => one.name));
      else if (!done.has(next) && needs.has(next)) enter(next);
    }
  }
  return circles;
}

/** What is said of a name that no monitor has. */
export function noMonitor(name: string, names: Iterable<string>): string {
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `came ${JSON.stringify(name)}, wanted the name of a monitor${hint}`;
}
