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
    complain(pathOf(circle[0] ?? ''), `came a circle (${circleInWords(circle)}), wanted none`);
  }
}

function pathOf(name: string): Path {
  return ['monitors', name, 'needs'];
}

function circleInWords(circle: readonly string[]): string {
  const shown = circle.length > 8 ? [...circle.slice(0, 6), '…', circle.at(-1)] : circle;
  return [...shown, circle[0]].join(' needs ');
}

/** The circles, each with a member that is in none of those before, so that they are never more than the monitors. Walks without recursion: a chain may be as long as the config. */
function circlesOf(needs: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];
  const told = new Set<string>();
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
      const circle = begun < 0 ? [] : trail.slice(begun).map((one) => one.name);
      if (circle.some((name) => !told.has(name))) {
        circles.push(circle);
        for (const name of circle) told.add(name);
      } else if (begun >= 0) continue;
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
