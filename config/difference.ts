import type { Config, Listen } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { spanInUnits } from './span-in-units.ts';

/** What a reload changes, by the names of monitors. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Monitors that are checked differently now: only these begin anew. */
  readonly changed: readonly string[];
  /** Monitors that go on as they are; at most their title, group or publicity is another. */
  readonly kept: readonly string[];
  /** Settings that only a restart can change, in words. */
  readonly restart: readonly string[];
}

/** What differs between two configs. Secrets are compared by their text and never told. */
export function differenceOf(before: Config, after: Config): Difference {
  const old = new Map(before.monitors.map((monitor) => [monitor.name, monitor]));
  const names = new Set(after.monitors.map((monitor) => monitor.name));
  const isChanged = (monitor: Config['monitors'][number]): boolean =>
    !isSame(checkedPart(monitor), checkedPart(old.get(monitor.name)));
  const both = after.monitors.filter((monitor) => old.has(monitor.name));
  return {
    added: [...names].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !names.has(name)),
    changed: both.filter(isChanged).map((monitor) => monitor.name),
    kept: both.filter((monitor) => !isChanged(monitor)).map((monitor) => monitor.name),
    restart: restartOf(before, after),
  };
}

/** A monitor without what only the pages show. */
function checkedPart(monitor: Config['monitors'][number] | undefined): object {
  const { title: _title, group: _group, public: _public, was: _was, ...checked } = monitor ?? { title: '' };
  return checked;
}

function restartOf(before: Config, after: Config): string[] {
  const words: string[] = [];
  const compare = (setting: string, old: unknown, now: unknown): void => {
    if (!isSame(old, now)) words.push(setting);
  };
  compare(`listen is ${door(after.listen)} now, was ${door(before.listen)}`, before.listen, after.listen);
  compare(
    `public.listen is ${door(after.publicListen)} now, was ${door(before.publicListen)}`,
    before.publicListen,
    after.publicListen,
  );
  compare('storage is another now', before.storage, after.storage);
  compare(
    `site.every is ${spanInUnits(after.siteEveryMs)} now, was ${spanInUnits(before.siteEveryMs)}`,
    before.siteEveryMs,
    after.siteEveryMs,
  );
  compare('spool has other bounds now', before.spool, after.spool);
  return words;
}

function door(listen: Listen | undefined): string {
  if (listen === undefined) return 'off';
  return listen.host.includes(':') ? `[${listen.host}]:${listen.port}` : `${listen.host}:${listen.port}`;
}

/** Whether two pieces of config are the same, their secrets' texts included. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret || b instanceof Secret)
    return a instanceof Secret && b instanceof Secret && a.reveal() === b.reveal();
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const other = b as Record<string, unknown>;
  return keys.every((key) => Object.hasOwn(other, key) && isSame((a as Record<string, unknown>)[key], other[key]));
}
