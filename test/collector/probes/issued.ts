import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;

/** A certificate with its key, PEM texts. */
export interface Issued {
  readonly key: string;
  readonly cert: string;
}

interface Wanted {
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  /** Days from now; may be past. */
  readonly from?: number;
  readonly until?: number;
  readonly by?: Issued;
  readonly subject?: string;
}

/** An authority that tests trust by `ca:`. */
export async function makeAuthority(subject = 'Test Authority'): Promise<Issued> {
  const made = await generate([{ name: 'commonName', value: subject }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + 3_650 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** A server's certificate for names and addresses, by an authority or by itself. */
export async function issue(wanted: Wanted): Promise<Issued> {
  const { names = ['localhost'], addresses = ['127.0.0.1'], from = -1, until = 90, by, subject } = wanted;
  const made = await generate([{ name: 'commonName', value: subject ?? names[0] ?? 'nobody' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notBeforeDate: new Date(Date.now() + from * DAY_MS),
    notAfterDate: new Date(Date.now() + until * DAY_MS),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ],
    ...(by && { ca: { key: by.key, cert: by.cert } }),
  });
  return { key: made.private, cert: made.cert };
}
