import { isIP } from 'node:net';
import { z } from 'zod';
import type { Port } from '../../../model/monitor.ts';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { oneOrMore, pattern } from '../../../model/settings.ts';
import { endpoint } from '../../names/endpoint-setting.ts';
import { isDomainName } from './domain-name.ts';

/** The types whose answers we can put into words. */
export const RECORD_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'DNAME',
  'DNSKEY',
  'DS',
  'HINFO',
  'MX',
  'NAPTR',
  'NS',
  'NSEC',
  'PTR',
  'RP',
  'SOA',
  'SRV',
  'SSHFP',
  'TLSA',
  'TXT',
] as const;

/** The response codes of RFC 1035 section 4.1.1 and RFC 2136. */
export const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

const word = z.string().trim().min(1).max(1_024);

const schema = z.strictObject({
  name: z
    .string()
    .refine(isDomainName, { message: 'a domain name such as example.net' })
    .describe('What is asked for.'),
  type: z.enum(RECORD_TYPES).default('A').describe('The type of record.'),
  servers: oneOrMore(endpoint(53))
    .optional()
    .describe("Which name servers are asked, all of them each time. The first of this machine's when left out."),
  transport: z
    .enum(['udp', 'tcp'])
    .default('udp')
    .describe('udp (and tcp for answers that are too long), or tcp alone.'),
  recursion: z
    .boolean()
    .default(true)
    .describe('Whether the server is asked to find out elsewhere what it does not know.'),
  expect: z
    .strictObject({
      contains: oneOrMore(word).optional().describe('Records that must be among the answers.'),
      equals: oneOrMore(word).optional().describe('All records there must be, in any order.'),
      matches: pattern().optional().describe('A regular expression that one of the answers must match.'),
      rcode: oneOrMore(z.enum(RCODES))
        .optional()
        .describe('The response code, or a list of those that are fine. NOERROR when left out.'),
    })
    .default({})
    .describe('What the answer must be.'),
  same_serial: z
    .boolean()
    .optional()
    .describe('Whether all servers must have the same serial; as a rule they must when a SOA is asked of several.'),
});

/** Where all servers have the same. */
function portOf({ servers = [], transport }: DnsSpec): Port | undefined {
  const [number, ...others] = new Set(servers.map(({ port }) => port));
  return number === undefined || others.length > 0
    ? undefined
    : { protocol: transport === 'tcp' ? 'tcp' : 'udp', number };
}

/** What a DNS check asks, of whom, and what is wanted. */
export type DnsSpec = z.output<typeof schema>;

export const settings: ProbeSpec<DnsSpec> = {
  schema,
  shorthand: 'name',
  traits: { by: 'a name server query' },
  port: portOf,
  alsoCalled: ['domain'],
  details: ({ type, servers = [] }) => [type, ...(servers.length === 0 ? [] : ['at', servers])],
  lint: (spec) => {
    const { contains, equals, matches, rcode } = spec.expect;
    const found: { path: (string | number)[]; message: string }[] = [];
    const wantsAnswers = contains !== undefined || equals !== undefined || matches !== undefined;
    if (wantsAnswers && rcode !== undefined && !rcode.includes('NOERROR'))
      found.push({
        path: ['expect', 'rcode'],
        message: `NOERROR among the codes, since answers are expected and ${rcode.join(', ')} brings none`,
      });
    if (contains !== undefined && equals !== undefined)
      found.push({ path: ['expect', 'contains'], message: 'either contains or equals: what equals lists is complete' });
    if (spec.same_serial === true && spec.type !== 'SOA')
      found.push({ path: ['same_serial'], message: `type SOA: the serial is in no ${spec.type} record` });
    if (spec.same_serial === true && (spec.servers?.length ?? 0) < 2)
      found.push({ path: ['same_serial'], message: 'two servers or more to compare' });
    if (isIP(spec.name) !== 0 && spec.type !== 'PTR')
      found.push({ path: ['name'], message: 'a domain name; an address has a name only by type PTR' });
    return found;
  },
};
