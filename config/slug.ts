import { createHash } from 'node:crypto';

/** A name as it stands in addresses and file names: lower case, `a-z 0-9 -`. A name without any of these gets one made of its hash. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain === '' ? `m-${createHash('sha256').update(name).digest('hex').slice(0, 8)}` : plain;
}
