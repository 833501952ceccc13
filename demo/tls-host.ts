import { createServer } from 'node:https';
import { generate } from 'selfsigned';
import { HOST, listen, PORTS, type Stop } from './places.ts';

const DAY_MS = 86_400_000;

/** A host whose certificate, made at its start, ends in nine days. */
export async function startTlsHost(): Promise<Stop> {
  const made = await generate([{ name: 'commonName', value: 'signals.example' }], {
    notAfterDate: new Date(Date.now() + 9 * DAY_MS),
    keyType: 'ec',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: HOST },
        ],
      },
    ],
  });
  const server = createServer({ key: made.private, cert: made.cert }, (_request, response) =>
    response.end('signals.example\n'),
  );
  await listen(server, PORTS.tls);
  return () => server.close();
}
