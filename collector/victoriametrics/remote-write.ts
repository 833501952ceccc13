import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FrameKind } from '../spool/frame.ts';

const MAX_MARKERS_BYTES = 64 << 20;
const inflate = promisify(gunzip);

/** The path, the headers and the body with which frames of a kind are sent, given as gzip members of lines. */
export async function writeRequestOf(kind: FrameKind, members: readonly Uint8Array[]) {
  if (kind === 'values')
    return {
      path: '/api/v1/import/prometheus',
      headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      body: members,
    };
  const text = await inflate(Buffer.concat(members), { maxOutputLength: MAX_MARKERS_BYTES });
  return {
    path: '/api/v1/write',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: [await encodeStaleMarkers(text)],
  };
}

/** So many lines in one turn of the loop: some two milliseconds. */
const SLICE = 500;

/**
 * The body of a Prometheus remote write request (protocol 1.0) that has a stale marker for each line of `text`, lines as the
 * spool has them. No other way carries these. Encoded by hand, as strings of bytes: few strings are cheaper than many buffers.
 */
async function encodeStaleMarkers(text: Buffer): Promise<Buffer> {
  let request = '';
  for (const [index, line] of text.toString('latin1').split('\n').entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    const [, name = '', labels = '', at = ''] = LINE.exec(line) ?? [];
    if (name !== '') request += field(1, seriesOf(name, labels, Number(at)));
  }
  return snappyOf(Buffer.from(request, 'latin1'));
}

/** A name, labels with escaped values, a value, an instant: what the spool's door writes. */
const LINE = /^([^{]+)\{(.*)\} \S+ (\d+)$/s;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/gs;
/** The NaN 0x7ff0000000000002, little endian: Prometheus' value.StaleNaN. */
const STALE_NAN = '\x02\0\0\0\0\0\xf0\x7f';

/** TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }, the labels sorted by name, as the protocol wants it. */
function seriesOf(name: string, labels: string, at: number): string {
  const pairs: [string, string][] = [['__name__', name]];
  for (const [, label = '', value = ''] of labels.matchAll(LABEL)) pairs.push([label, unescaped(value)]);
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  let series = '';
  // Label { string name = 1; string value = 2; }
  for (const [label, value] of pairs) series += field(1, field(1, label) + field(2, value));
  // Sample { double value = 1; int64 timestamp = 2; }
  return series + field(2, `\x09${STALE_NAN}\x10${varint(at)}`);
}

function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\(.)/gs, (_, one: string) => (one === 'n' ? '\n' : one));
}

/** A field of protobuf with a length before it. */
function field(number: number, bytes: string): string {
  return String.fromCharCode((number << 3) | 2) + varint(bytes.length) + bytes;
}

function varint(value: number): string {
  let bytes = '';
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes += String.fromCharCode((rest % 128) | 128);
  return bytes + String.fromCharCode(rest);
}

/** Snappy's block format with nothing compressed: the length, and then all as one literal whose length has four bytes. */
function snappyOf(bytes: Buffer): Buffer {
  const length = Buffer.from(varint(bytes.length), 'latin1');
  if (bytes.length === 0) return length;
  const literal = Buffer.of(63 << 2, 0, 0, 0, 0);
  literal.writeUInt32LE(bytes.length - 1, 1);
  return Buffer.concat([length, literal, bytes]);
}
