import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority, one below it, and a server's certificate from that one: PEM texts. */
export interface Chain {
  readonly root: string;
  readonly middle: string;
  readonly leaf: string;
  readonly key: string;
}

/** Days from now in which each certificate ends. */
export interface Ends {
  readonly middle?: number;
  readonly leaf?: number;
}

/** Has `openssl` make a chain of three for a name. */
export function makeChain(openssl: string, name: string, { middle = 200, leaf = 60 }: Ends = {}): Chain {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-chain-'));
  const run = (...args: string[]): void => {
    execFileSync(openssl, args, { cwd: folder, stdio: 'pipe' });
  };
  const issueTo = (who: string, by: string, subject: string, days: number, extensions: string): void => {
    writeFileSync(join(folder, `${who}.ext`), extensions);
    run(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${who}.key`,
      '-out',
      `${who}.csr`,
      '-subj',
      `/CN=${subject}`,
    );
    run(
      ...[
        'x509',
        '-req',
        '-in',
        `${who}.csr`,
        '-CA',
        `${by}.pem`,
        '-CAkey',
        `${by}.key`,
        '-CAcreateserial',
        '-out',
        `${who}.pem`,
      ],
      ...['-days', String(days), '-extfile', `${who}.ext`],
    );
  };
  try {
    run(
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        'root.key',
        '-out',
        'root.pem',
      ],
      ...['-subj', '/CN=Chain Root', '-days', '3650', '-addext', 'basicConstraints=critical,CA:TRUE'],
    );
    issueTo('middle', 'root', 'Chain Middle', middle, 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n');
    issueTo('leaf', 'middle', name, leaf, `subjectAltName=DNS:${name},DNS:localhost\n`);
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
    return { root: read('root.pem'), middle: read('middle.pem'), leaf: read('leaf.pem'), key: read('leaf.key') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
