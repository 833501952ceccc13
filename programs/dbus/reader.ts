/** A value as it came: texts, numbers, booleans, lists, and `a{s…}` as objects without a prototype. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** Deeper than the specification allows values to be nested. */
const DEEPEST = 64;
const SIZES: Readonly<Record<string, number>> = { y: 1, n: 2, q: 2, i: 4, u: 4, b: 4, h: 4, x: 8, t: 8, d: 8 };

/**
 * Reads the values of a message, by their signature (D-Bus specification, "Marshaling"). 64-bit numbers are plain numbers: exact
 * for every time, and infinite where all bits are set, which is systemd's way to say "none". Throws on what does not fit.
 */
export class Reader {
  readonly #bytes: Buffer;
  readonly #little: boolean;
  #at: number;

  constructor(bytes: Buffer, little: boolean, at: number) {
    this.#bytes = bytes;
    this.#little = little;
    this.#at = at;
  }

  /** The next value, of this one complete type. */
  read(type: string, depth = 0): Value {
    if (depth > DEEPEST) throw new Error('a value from the bus is nested too deep');
    switch (type[0]) {
      case 's':
      case 'o':
        return this.#text(this.#number(4));
      case 'g':
        return this.#text(this.#number(1));
      case 'b':
        return this.#number(4) !== 0;
      case 'v':
        return this.read(oneType(this.#text(this.#number(1)), 0), depth + 1);
      case 'a':
        return this.#array(type.slice(1), depth + 1);
      case '(':
        return this.#struct(type.slice(1, -1), depth + 1);
      default:
        return this.#plain(type);
    }
  }

  /** The elements of an array one after the other, so that whoever reads may pause between them. */
  *elements(type: string, depth = 0): Generator<Value> {
    const length = this.#number(4);
    this.#align(alignmentOf(type));
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('a list from the bus is longer than its message');
    while (this.#at < end) {
      const before = this.#at;
      yield this.read(type, depth);
      if (this.#at === before) throw new Error('a list of nothing came from the bus');
    }
  }

  #array(element: string, depth: number): Value {
    if (element[0] !== '{') return [...this.elements(element, depth)];
    const key = oneType(element, 1);
    const content = oneType(element, 1 + key.length);
    const found: Record<string, Value> = Object.create(null);
    const length = this.#number(4);
    this.#align(8);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('a map from the bus is longer than its message');
    while (this.#at < end) {
      const before = this.#at;
      this.#align(8);
      const name = String(this.read(key, depth));
      found[name] = this.read(content, depth);
      if (this.#at === before) throw new Error('a map of nothing came from the bus');
    }
    return found;
  }

  #struct(types: string, depth: number): Value {
    this.#align(8);
    const values: Value[] = [];
    for (let at = 0; at < types.length; ) {
      const type = oneType(types, at);
      values.push(this.read(type, depth));
      at += type.length;
    }
    return values;
  }

  #plain(type: string): number {
    const size = SIZES[type];
    if (size === undefined)
      throw new Error(`a value of the type ${JSON.stringify(type.slice(0, 20))} came from the bus`);
    if (size < 8) return type === 'i' || type === 'n' ? signed(this.#number(size), size) : this.#number(size);
    this.#align(8);
    const at = this.#at;
    this.#at += 8;
    if (type === 'd') return this.#little ? this.#bytes.readDoubleLE(at) : this.#bytes.readDoubleBE(at);
    const [low, high] = this.#little ? [at, at + 4] : [at + 4, at];
    const word = (from: number) => (this.#little ? this.#bytes.readUInt32LE(from) : this.#bytes.readUInt32BE(from));
    if (word(low) === 0xffff_ffff && word(high) === 0xffff_ffff) return type === 't' ? Number.POSITIVE_INFINITY : -1;
    return (type === 't' ? word(high) : word(high) | 0) * 2 ** 32 + word(low);
  }

  #number(size: number): number {
    this.#align(size);
    const at = this.#at;
    this.#at += size;
    return this.#little ? this.#bytes.readUIntLE(at, size) : this.#bytes.readUIntBE(at, size);
  }

  #text(length: number): string {
    const end = this.#at + length;
    if (end >= this.#bytes.length) throw new Error('a text from the bus is longer than its message');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  #align(to: number): void {
    this.#at = Math.ceil(this.#at / to) * to;
  }
}

function signed(value: number, size: number): number {
  const half = 2 ** (8 * size - 1);
  return value >= half ? value - 2 * half : value;
}

function alignmentOf(type: string): number {
  const first = type[0] ?? '';
  if (first === '(' || first === '{') return 8;
  if (first === 'g' || first === 'v') return 1;
  return SIZES[first] ?? 4;
}

/** The one complete type that begins there. */
function oneType(signature: string, at: number): string {
  let end = at;
  while (signature[end] === 'a') end++;
  const first = signature[end];
  if (first === undefined) throw new Error(`a value came from the bus whose signature ends early`);
  if (first !== '(' && first !== '{') return signature.slice(at, end + 1);
  for (let depth = 0; end < signature.length; end++) {
    const one = signature[end];
    if (one === '(' || one === '{') depth++;
    else if (one === ')' || one === '}') depth--;
    if (depth === 0) return signature.slice(at, end + 1);
  }
  throw new Error('a value came from the bus whose signature does not end');
}
