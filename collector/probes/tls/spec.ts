import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { endpoint } from '../../names/endpoint-setting.ts';
import { lintTlsSettings, tlsKeys } from './tls-settings.ts';

const schema = z.strictObject({
  address: endpoint(443).describe('Where to connect: a host, or host:port (443 when not given).'),
  ip: z
    .union([z.literal(4), z.literal(6)])
    .optional()
    .describe('The address family to use. Whichever the name has when left out.'),
  ...tlsKeys,
  days: z
    .int()
    .min(0)
    .max(3_650)
    .default(7)
    .describe('Degraded when a certificate of the chain ends within so many days.'),
});

/** Where to connect, and what the certificate and the version must be like. */
export type TlsSpec = z.output<typeof schema>;

export const settings: ProbeSpec<TlsSpec> = {
  schema,
  shorthand: 'address',
  traits: { by: 'a TLS handshake' },
  port: ({ address }) => ({ protocol: 'tcp', number: address.port }),
  lint: lintTlsSettings,
};
