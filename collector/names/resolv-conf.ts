import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** What resolv.conf(5) tells a resolver. */
export interface ResolvConf {
  /** In the order to ask them, at most three. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** A name with fewer dots than this is tried with the search list first. */
  readonly ndots: number;
  /** How long one server may take to answer; undefined when the file does not say. */
  readonly timeoutMs: number | undefined;
  /** How often the list of servers is gone through. */
  readonly attempts: number;
}

/** The limits are those of resolv.conf(5). */
const MOST_SERVERS = 3;

/** Reads the text of a resolv.conf; without a name server in it, the one on this machine is asked, as the system does. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: string[] | undefined;
  const options = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (/^\s*[;#]/.test(line)) continue;
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && isIP(values[0] ?? '') !== 0) servers.push(values[0] ?? '');
    // The last of `domain` and `search` wins.
    else if (keyword === 'domain') search = values.slice(0, 1);
    else if (keyword === 'search') search = values;
    else if (keyword === 'options') for (const option of values) noteOption(options, option);
  }
  const timeout = options.get('timeout');
  return {
    servers: servers.length === 0 ? ['127.0.0.1'] : servers.slice(0, MOST_SERVERS),
    search: (search ?? ownDomain()).map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== ''),
    ndots: Math.min(15, options.get('ndots') ?? 1),
    timeoutMs: timeout === undefined ? undefined : Math.min(30, Math.max(1, timeout)) * 1_000,
    attempts: Math.min(5, Math.max(1, options.get('attempts') ?? 2)),
  };
}

function noteOption(options: Map<string, number>, option: string): void {
  const [name = '', value = ''] = option.split(':');
  if (/^\d+$/.test(value)) options.set(name, Number(value));
}

function ownDomain(): string[] {
  const [, ...domain] = hostname().split('.');
  return domain.length === 0 ? [] : [domain.join('.')];
}

/** The full names to ask for, in order, for a name as it was written; none has a dot at its end. */
export function namesToAsk(name: string, conf: Pick<ResolvConf, 'search' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = conf.search.map((domain) => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= conf.ndots ? [name, ...searched] : [...searched, name];
}
