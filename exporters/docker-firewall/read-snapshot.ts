import { messageOf } from '../../model/errors.ts';
import type { Snapshot } from './snapshot.ts';

/** A file that is no snapshot; the message says where, what came and what was wanted. */
export class SnapshotInvalid extends Error {}

/** Says what is wrong with a value, by its place in the file; undefined when nothing is. */
type Shape = (value: unknown, place: string) => string | undefined;

const text: Shape = (value, place) => wanted(typeof value === 'string', value, place, 'text');
const number: Shape = (value, place) => wanted(Number.isFinite(value), value, place, 'a number');
const record: Shape = (value, place) => wanted(isRecord(value), value, place, 'an object');

function one<T extends string | number>(...allowed: readonly T[]): Shape {
  return (value, place) =>
    wanted(allowed.includes(value as T), value, place, allowed.map((it) => JSON.stringify(it)).join(' or '));
}

function list(of: Shape): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) return wanted(false, value, place, 'a list');
    for (const [index, item] of value.entries()) {
      const wrong = of(item, `${place}[${index}]`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function map(of: Shape): Shape {
  return (value, place) => {
    if (!isRecord(value)) return wanted(false, value, place, 'an object');
    for (const [key, item] of Object.entries(value)) {
      const wrong = of(item, `${place}.${key}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

/** Fields whose name ends in `?` may be absent; further ones may stand beside them. */
function fields(of: Readonly<Record<string, Shape>>): Shape {
  return (value, place) => {
    if (!isRecord(value)) return wanted(false, value, place, 'an object');
    for (const [name, shape] of Object.entries(of)) {
      const key = name.replace(/\?$/, '');
      if (value[key] === undefined && key !== name) continue;
      const wrong = shape(value[key], place === '' ? key : `${place}.${key}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

const route = fields({ dst: text, 'dev?': text, 'gateway?': text, 'table?': text, 'type?': text });

const policy = fields({
  priority: number,
  'table?': text,
  'src?': text,
  'srclen?': number,
  'dst?': text,
  'dstlen?': number,
  'iif?': text,
  'fwmark?': text,
  'fwmask?': text,
  'suppress_prefixlen?': number,
});

const SNAPSHOT = fields({
  version: one(1),
  at: number,
  host: fields({ name: text, kernel: text }),
  missing: list(fields({ part: text, why: text })),
  rules: fields({ 'legacy4?': text, 'legacy6?': text, 'nft4?': text, 'nft6?': text }),
  'nft?': fields({ nftables: list(record) }),
  'sets?': list(fields({ name: text, header: text, entries: text, 'about?': list(text), 'left?': number })),
  sysctls: map(text),
  links: list(
    fields({
      ifindex: number,
      ifname: text,
      flags: list(text),
      'operstate?': text,
      'master?': text,
      'linkinfo?': fields({ 'info_kind?': text }),
    }),
  ),
  addresses: list(
    fields({
      ifname: text,
      addr_info: list(fields({ family: text, 'local?': text, 'prefixlen?': number, 'scope?': text })),
    }),
  ),
  routes4: list(route),
  routes6: list(route),
  'policies4?': list(policy),
  'policies6?': list(policy),
  'docker?': fields({
    version: record,
    info: record,
    containers: list(record),
    networks: list(record),
    'settings?': record,
  }),
  listeners: list(fields({ proto: one('tcp', 'udp'), address: text, port: number, 'program?': text })),
  packaging: fields({
    'iptablesVersion?': text,
    'iptablesPath?': text,
    'dockerdPath?': text,
    'dockerdStartedAt?': number,
    'dockerdIptablesPath?': text,
    versions: map(text),
  }),
});

/** Reads a snapshot that was written as JSON; `where` names it in errors. Throws `SnapshotInvalid`. */
export function readSnapshot(written: string, where: string): Snapshot {
  let read: unknown;
  try {
    read = JSON.parse(written);
  } catch (error) {
    throw new SnapshotInvalid(`${where}: this is no JSON: ${messageOf(error)}`);
  }
  const wrong = SNAPSHOT(read, '');
  if (wrong !== undefined) throw new SnapshotInvalid(`${where}: ${wrong}`);
  return read as Snapshot;
}

function wanted(fits: boolean, came: unknown, place: string, what: string): string | undefined {
  if (fits) return undefined;
  const shown = came === undefined ? 'nothing' : clip(JSON.stringify(came));
  return `${place === '' ? '' : `${place}: `}came ${shown}, wanted ${what}`;
}

function clip(shown: string): string {
  return shown.length > 60 ? `${shown.slice(0, 59)}…` : shown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
