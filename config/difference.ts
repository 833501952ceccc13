import { Secret } from '../model/secret.ts';
import type { Config } from './config.ts';
import type { SectionText, SectionTexts } from './section-text.ts';

/** A config as it was read, with what telling of its changes needs. */
export interface ConfigWithTexts {
  readonly config: Config;
  readonly texts: SectionTexts;
}

/** What a reload changes, by the names of monitors. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Monitors that are checked differently now: only these begin anew. */
  readonly changed: readonly string[];
  /** Monitors that go on as they are; at most their title, group or publicity is another. */
  readonly kept: readonly string[];
  /** What has changed in sections that a reload can change, in words; what is a list of names is told by them. */
  readonly settings: readonly string[];
  /** The same for sections that only a restart can change. */
  readonly restart: readonly string[];
}

/** What differs between two configs. Secrets are compared by their text and never told. */
export function differenceOf(from: ConfigWithTexts, to: ConfigWithTexts): Difference {
  const [before, after] = [from.config, to.config];
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
    settings: changesIn(from, to, false),
    restart: changesIn(from, to, true),
  };
}

/** A monitor without what only the pages show. */
function checkedPart(monitor: Config['monitors'][number] | undefined): object {
  const { title: _title, group: _group, public: _public, was: _was, ...checked } = monitor ?? { title: '' };
  return checked;
}

function changesIn(from: ConfigWithTexts, to: ConfigWithTexts, restart: boolean): string[] {
  return Object.entries(to.texts).flatMap(([key, text]) => {
    if (text.noun !== undefined || text.restart !== restart) return [];
    const [before, after] = [from.config, to.config].map((config) => (config as Record<string, unknown>)[key]);
    return isSame(before, after) ? [] : changesOf(key, from.texts[key], text);
  });
}

/** So many settings of a section are told one by one. */
const MOST_SETTINGS = 5;

/** What differs in a section, setting by setting as it was written; when that says nothing, as of a secret, only that something does. */
function changesOf(key: string, before: SectionText | undefined, after: SectionText): string[] {
  const [was, is] = [before?.settings ?? {}, after.settings];
  const paths = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((path) => was[path] !== is[path]);
  const isOtherShape = key in was !== key in is && Object.keys(was).length > 0;
  if (isOtherShape || paths.length === 0 || paths.length > MOST_SETTINGS) return [`${key} is another now`];
  return paths.map((path) => `${path} is ${is[path] ?? 'left out'} now, was ${was[path] ?? 'left out'}`);
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
