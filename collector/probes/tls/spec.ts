import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { endpoint } from '../../names/endpoint-setting.ts';
import { lintTlsSettings, tlsKeys } from './tls-settings.ts';

const schema = z.strictObject({
  address: endpoint(443),
  ip: z.union([z.literal(4), z.literal(6)]).optional(),
  ...tlsKeys,
  days: z.int().min(0).max(3_650).default(7),
});

/** Where to connect, and what the certificate and the version must be like. */
export type TlsSpec = z.output<typeof schema>;

export const settings: ProbeSpec<TlsSpec> = { schema, shorthand: 'address', lint: lintTlsSettings };
