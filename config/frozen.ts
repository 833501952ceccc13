import { Secret } from '../model/secret.ts';

/** Freezes a value of plain data and everything in it; gives it back. */
export function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value)) return value;
  for (const one of Object.values(value)) deepFrozen(one);
  return Object.freeze(value);
}
