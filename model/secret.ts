import { inspect } from 'node:util';

const HIDDEN = '[hidden]';

/** A secret setting. It prints, logs and serialises as `[hidden]`; only `reveal()` gives its text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself: for the one place that must send it, never for a message. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** The text of a setting that may be secret. */
export function reveal(setting: string | Secret): string {
  return setting instanceof Secret ? setting.reveal() : setting;
}

/** Every secret's text inside a piece of config, for the redactor. */
export function secretsIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (value instanceof Secret) found.add(value.reveal());
  else if (Array.isArray(value)) for (const one of value) secretsIn(one, found);
  else if (value !== null && typeof value === 'object') for (const one of Object.values(value)) secretsIn(one, found);
  return found;
}

const SEALED = '$secret';

/** A deep copy in which secrets are plain data, to cross to a thread or process of our own. The opposite of `unseal`. */
export function seal(value: unknown): unknown {
  if (value instanceof Secret) return { [SEALED]: value.reveal() };
  if (Array.isArray(value)) return value.map(seal);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, seal(one)]));
}

/** Brings secrets that `seal` made plain back to life. */
export function unseal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unseal);
  if (value === null || typeof value !== 'object') return value;
  const record = value as Record<string, unknown>;
  if (typeof record[SEALED] === 'string') return new Secret(record[SEALED]);
  return Object.fromEntries(Object.entries(record).map(([key, one]) => [key, unseal(one)]));
}
