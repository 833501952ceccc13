import type { Monitor } from '../model/monitor.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import { Secret } from '../model/secret.ts';

const LONGEST = 70;

/** What a monitor looks at, in words: its kind and its target, without secrets. */
export function targetInWords(monitor: Monitor, kind: ProbeSpec<unknown> | undefined): string {
  const { shorthand, details } = kind ?? {};
  const words = [monitor.kind];
  const target = shorthand === undefined ? undefined : asRecord(monitor.spec)[shorthand];
  if (target !== undefined) words.push(inWords(target));
  for (const detail of details?.(monitor.spec) ?? []) {
    const isList = Array.isArray(detail);
    if (detail !== undefined) words.push(isList ? detail.map(inWords).join(', ') : inWords(detail));
  }
  const text = words.join(' ').replace(/\p{C}+/gu, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(' ');
  if (value instanceof Secret) return '[hidden]';
  if (typeof value !== 'object' || value === null) return String(value);
  const { host, port } = value as { host?: unknown; port?: unknown };
  if (typeof host !== 'string') return '…';
  return `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${String(port)}`}`;
}

/** The settings of a probe, whatever its kind. */
export function asRecord(spec: unknown): Readonly<Record<string, unknown>> {
  return typeof spec === 'object' && spec !== null ? (spec as Record<string, unknown>) : {};
}
