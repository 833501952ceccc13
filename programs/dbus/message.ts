import { Reader } from './reader.ts';

/** What comes from a bus, its body not yet read: who needs it reads it, in slices where it is long. */
export interface Message {
  readonly type: 'call' | 'reply' | 'error' | 'signal';
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly sender: string;
  readonly errorName: string;
  /** The serial of the call that this answers; 0 for what answers none. */
  readonly answers: number;
  readonly body: () => Reader;
  readonly signature: string;
}

/** One method call. The arguments are texts and lists of texts, as `signature` says (`s`, `as`, `ss`). */
export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly (string | readonly string[])[];
}

/** The specification allows 128 MiB; what systemd says of ten thousand units has 3. */
const LARGEST = 32 * 1024 * 1024;
const LITTLE_ENDIAN = 0x6c;
const BIG_ENDIAN = 0x42;
const TYPES = ['call', 'call', 'reply', 'error', 'signal'] as const;
/** D-Bus specification, "Header fields". */
const FIELDS = { path: 1, interface: 2, member: 3, errorName: 4, answers: 5, destination: 6, sender: 7, signature: 8 };

/** How many bytes the message has that begins with these; undefined when more of it is needed to know. Throws on what is no message. */
export function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < 16) return undefined;
  const little = bytes[0] === LITTLE_ENDIAN;
  if (bytes[3] !== 1 || !(little || bytes[0] === BIG_ENDIAN))
    throw new Error('what came from the bus is no D-Bus message');
  const at = (offset: number) => (little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
  const length = 16 + Math.ceil(at(12) / 8) * 8 + at(4);
  if (length > LARGEST) throw new Error(`a message of ${length} bytes came from the bus, wanted at most ${LARGEST}`);
  return length;
}

/** Reads the header of a whole message. Throws on what is no message. */
export function readMessage(bytes: Buffer): Message {
  const little = bytes[0] === LITTLE_ENDIAN;
  const fieldsLength = little ? bytes.readUInt32LE(12) : bytes.readUInt32BE(12);
  const header = new Reader(bytes, little, 12);
  const fields = new Map<number, unknown>();
  for (const entry of header.read('a(yv)') as [number, unknown][]) fields.set(entry[0], entry[1]);
  const text = (field: number) => String(fields.get(field) ?? '');
  const signature = text(FIELDS.signature);
  return {
    type: TYPES[bytes[1] ?? 0] ?? 'call',
    path: text(FIELDS.path),
    interface: text(FIELDS.interface),
    member: text(FIELDS.member),
    sender: text(FIELDS.sender),
    errorName: text(FIELDS.errorName),
    answers: Number(fields.get(FIELDS.answers) ?? 0),
    signature,
    body: () => new Reader(bytes, little, 16 + Math.ceil(fieldsLength / 8) * 8),
  };
}

/** The bytes of a method call. */
export function writeCall(call: Call, serial: number): Buffer {
  const { signature = '', body = [] } = call;
  const content = new Writer();
  for (const value of body) {
    if (typeof value === 'string') content.text(value);
    else content.list(() => value.forEach((one) => void content.text(one)));
  }
  const bodyBytes = content.bytes();
  const head = new Writer();
  head.raw(LITTLE_ENDIAN, 1, 0, 1);
  head.number(bodyBytes.length);
  head.number(serial);
  head.list(() => {
    head.field(FIELDS.path, 'o', call.path);
    head.field(FIELDS.interface, 's', call.interface);
    head.field(FIELDS.member, 's', call.member);
    head.field(FIELDS.destination, 's', call.destination);
    if (signature !== '') head.field(FIELDS.signature, 'g', signature);
  });
  head.align(8);
  return Buffer.concat([head.bytes(), bodyBytes]);
}

/** Little-endian bytes as D-Bus lays them out: each value at a multiple of its own size. */
class Writer {
  #bytes: number[] = [];

  raw(...bytes: readonly number[]): void {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  align(to: number): void {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
  }

  number(value: number): void {
    this.align(4);
    this.raw(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.number(bytes.length);
    this.raw(...bytes, 0);
  }

  /** An array; its length is known once its elements are written. */
  list(write: () => void): void {
    this.number(0);
    const at = this.#bytes.length;
    write();
    const length = this.#bytes.length - at;
    for (let byte = 0; byte < 4; byte++) this.#bytes[at - 4 + byte] = (length >>> (8 * byte)) & 0xff;
  }

  field(code: number, type: 's' | 'o' | 'g', value: string): void {
    this.align(8);
    this.raw(code, 1, type.charCodeAt(0), 0);
    if (type !== 'g') this.text(value);
    else this.raw(value.length, ...Buffer.from(value), 0);
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}
