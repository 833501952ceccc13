/**
 * What is kept of a piece of JSON: `true` all of it, an object its named keys (`*` any, `prefix.*` those that begin so), an array
 * the same of every element.
 */
export type Kept = true | { readonly [key: string]: Kept } | readonly [Kept];

/** A copy of JSON from outside that holds what is named, and nothing else. */
export function keep(value: unknown, kept: Kept): unknown {
  if (kept === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(kept)) return Array.isArray(value) ? value.map((one) => keep(one, kept[0])) : [];
  const wanted = Object.entries(kept as { readonly [key: string]: Kept });
  const pairs = Object.entries(value).flatMap(([key, one]) => {
    const found = wanted.find(([name]) => name === key || (name.endsWith('*') && key.startsWith(name.slice(0, -1))));
    return found === undefined ? [] : [[key, keep(one, found[1])] as const];
  });
  return Object.fromEntries(pairs);
}
