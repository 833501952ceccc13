import { isIP } from 'node:net';
import { type Address, NameNotFound, type Resolve, type Resolved } from '../../model/probe.ts';
import { joinReasons, type Reason, reason, target, targetAfter } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { machineHasGlobalV6, orderAddresses } from './address-order.ts';
import { type Hosts, parseHosts } from './hosts-file.ts';
import { createNameServers, type Said } from './name-servers.ts';
import { namesToAsk, parseResolvConf } from './resolv-conf.ts';
import { createSystemLookup, namesOtherSources } from './system-lookup.ts';
import { watchFile } from './watched-file.ts';

/** Where the resolver reads what the system knows; the defaults are the system's own files. */
export interface ResolverOptions {
  readonly clock: Clock;
  readonly hostsFile?: string;
  readonly resolvFile?: string;
  readonly nsswitchFile?: string;
  /** Name servers to ask instead of those in `resolvFile`; `address` or `address:port`. */
  readonly servers?: readonly string[];
  /** Whether this machine reaches the world by IPv6; found out when not given. */
  readonly hasGlobalV6?: () => boolean;
}

/** resolv.conf(5) gives a silent server 5 s, half of a check's time; c-ares itself gives it 2 s. */
const SERVER_TIMEOUT_MS = 2_000;
const NO_SIGNAL = new AbortController().signal;

/**
 * Makes a resolver that answers as the system would: a literal address, the hosts file, name servers with the search list,
 * and only where nsswitch.conf names further sources the system itself. Nothing but the hosts file is remembered.
 */
export function createResolver(options: ResolverOptions): Resolve {
  const { clock } = options;
  const hosts = watchFile(options.hostsFile ?? '/etc/hosts', parseHosts, clock);
  const conf = watchFile(options.resolvFile ?? '/etc/resolv.conf', parseResolvConf, clock);
  const hasOtherSources = watchFile(options.nsswitchFile ?? '/etc/nsswitch.conf', namesOtherSources, clock);
  const askServers = createNameServers(clock);
  const askSystem = createSystemLookup(clock);
  const hasGlobalV6 = options.hasGlobalV6 ?? machineHasGlobalV6;

  async function askByDns(host: string, family: 0 | 4 | 6, signal: AbortSignal): Promise<Said> {
    const { search, ndots, attempts, timeoutMs = SERVER_TIMEOUT_MS, servers } = conf();
    const asking = { servers: options.servers ?? servers, attempts, timeoutMs };
    let told: Said | undefined;
    for (const name of namesToAsk(host, { search, ndots })) {
      const said = await askServers(name, family, asking, signal);
      if (said.kind !== 'nothing') return said;
      // What is said of the name as it was written tells more than what is said of the search list's guesses.
      if (told === undefined || name === host) told = said;
    }
    return told ?? { kind: 'failed', reasons: [['it is not a valid name']] };
  }

  async function find(host: string, family: 0 | 4 | 6, signal: AbortSignal): Promise<Omit<Resolved, 'tookMs'>> {
    const local = findHere(host, family, hosts);
    if (local !== undefined) return local;
    // Names under .local belong to multicast DNS (RFC 6762 section 3); name servers come second there.
    const multicast = hasOtherSources() && /\.local\.?$/i.test(host);
    const heard = multicast ? await askSystem(host, family, signal) : [];
    if (heard !== 'busy' && heard.length > 0) return { addresses: heard, source: 'system' };
    const said = await askByDns(host, family, signal);
    if (said.kind === 'addresses') return { addresses: orderAddresses(said.addresses, hasGlobalV6()), source: 'dns' };
    const why = reasonFor(host, family, said);
    if (said.kind === 'failed' || multicast || !hasOtherSources()) throw new NameNotFound(why);
    const found = await askSystem(host, family, signal);
    if (found === 'busy') throw new NameNotFound(reason`${why}; the system's other sources (mDNS, NIS) are stuck`);
    if (found.length === 0) throw new NameNotFound(why);
    return { addresses: found, source: 'system' };
  }

  return async (host, family, signal = NO_SIGNAL) => {
    const began = clock.monotonic();
    const found = await find(host, family, signal);
    return { ...found, tookMs: clock.monotonic() - began };
  };
}

/** What is known without asking anybody: literals, `localhost` (RFC 6761 section 6.3) and the hosts file. */
function findHere(written: string, family: 0 | 4 | 6, hosts: () => Hosts): Omit<Resolved, 'tookMs'> | undefined {
  const host = written.replace(/^\[(.*)\]$/, '$1');
  const literal = isIP(host);
  if (literal === 4 || literal === 6) {
    if (family !== 0 && family !== literal)
      throw new NameNotFound(reason`${target(host, 'it')} is an IPv${literal} address, and IPv${family} was wanted`);
    return { addresses: [{ address: host, family: literal }], source: 'literal' };
  }
  const name = host.toLowerCase().replace(/\.$/, '');
  const wanted = (one: Address) => family === 0 || one.family === family;
  const listed = (hosts().get(name) ?? []).filter(wanted);
  if (name === 'localhost' || name.endsWith('.localhost')) {
    const loopback = listed.filter(({ address }) => address === '::1' || address.startsWith('127.'));
    return { addresses: loopback.length > 0 ? loopback : LOOPBACK.filter(wanted), source: 'hosts' };
  }
  return listed.length > 0 ? { addresses: listed, source: 'hosts' } : undefined;
}

const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function reasonFor(host: string, family: 0 | 4 | 6, said: Exclude<Said, { kind: 'addresses' }>): Reason {
  const name = target(host, 'a host');
  if (said.kind === 'failed') return reason`${name} cannot be resolved: ${joinReasons(said.reasons, ', ')}`;
  if (said.rcode === 'NXDOMAIN') return reason`${name} does not exist (NXDOMAIN${targetAfter(' from ', said.server)})`;
  const kind = family === 0 ? [] : reason`IPv${family} `;
  return reason`${name} has no ${kind}address (NODATA${targetAfter(' from ', said.server)})`;
}
