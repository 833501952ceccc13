/** The value of a key, made and kept when there is none yet. */
export function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const there = map.get(key);
  if (there !== undefined || map.has(key)) return there as Value;
  const made = make();
  map.set(key, made);
  return made;
}
