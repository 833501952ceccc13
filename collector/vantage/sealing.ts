import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Secret } from '../../model/secret.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = '$sealed';

/** Names the file descriptor that a worker reads its key from: never its arguments, which all users of a machine may see. */
export const KEY_FD = 'SIGNALBOX_KEY_FD';

/** A new key, for one vantage. */
export function newKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** The key that whoever started this process hands to it; undefined when it was given none. Throws when what it was given is no key. */
export function takeKey(fd: string | undefined = process.env[KEY_FD]): Buffer | undefined {
  if (fd === undefined) return undefined;
  const key = readFileSync(Number(fd));
  if (key.length !== KEY_BYTES) throw new Error(`the key has ${key.length} bytes, wanted ${KEY_BYTES}`);
  return key;
}

/** A deep copy of plain data in which each secret is sealed with the key: whoever sees the line learns its length at most. */
export function sealSecrets(value: unknown, key: Buffer): unknown {
  if (value instanceof Secret) return { [SEALED]: encrypt(value.reveal(), key) };
  return mapped(value, (one) => sealSecrets(one, key));
}

/** Brings back what was sealed with the key. Throws, without a word of it, where it was sealed with another or altered on the way. */
export function openSecrets(value: unknown, key: Buffer | undefined): unknown {
  const sealed = (value as { [SEALED]?: unknown } | null | undefined)?.[SEALED];
  if (typeof sealed !== 'string') return mapped(value, (one) => openSecrets(one, key));
  if (key === undefined) throw new Error('this worker was given no key for the secrets in the settings');
  return new Secret(decrypt(sealed, key));
}

function mapped(value: unknown, map: (one: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, map(one)]));
}

function encrypt(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64');
}

function decrypt(sealed: string, key: Buffer): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
  try {
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString();
  } catch {
    throw new Error('a secret in the settings was sealed with another key');
  }
}
