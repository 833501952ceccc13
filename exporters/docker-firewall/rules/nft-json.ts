/** A JSON object as nft printed it. */
export type Json = Readonly<Record<string, unknown>>;

/** A JSON object, or undefined when it is something else. */
export function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** A list; empty when it is something else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text; undefined when it is something else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number; undefined when it is something else. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** An object's one key and its value, as nft writes statements and expressions: `{"drop": null}`. */
export function onlyEntry(value: unknown): readonly [string, unknown] | undefined {
  const object = objectOf(value);
  return object === undefined ? undefined : Object.entries(object)[0];
}
