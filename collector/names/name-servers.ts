import { Resolver } from 'node:dns/promises';
import type { Address } from '../../model/probe.ts';
import { ours, type Reason, reason, targetAfter } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';

/** What one name server said about one full name. */
export type Said =
  | { readonly kind: 'addresses'; readonly addresses: readonly Address[]; readonly server: string }
  /** There is no such name (NXDOMAIN), or it has no address of the wanted family (NODATA). */
  | { readonly kind: 'nothing'; readonly rcode: 'NXDOMAIN' | 'NODATA'; readonly server: string }
  /** No server could say: the reasons, one a server. */
  | { readonly kind: 'failed'; readonly reasons: readonly Reason[] };

/** How to ask: which servers, how long each may take, how often the list is gone through. */
export interface Asking {
  readonly servers: readonly string[];
  readonly timeoutMs: number;
  readonly attempts: number;
}

export type AskServers = (name: string, family: 0 | 4 | 6, asking: Asking, signal: AbortSignal) => Promise<Said>;

/** RFC 8305 section 3 waits 50 ms for the other family; name servers at home are slower than that. */
const OTHER_FAMILY_WAIT_MS = 300;
/** A server that kept silent is asked last for this long. */
const AILING_MS = 30_000;
const MOST_IDLE = 16;

/** Asks name servers through c-ares, which holds no thread; one channel a question, so that it can be called off alone. */
export function createNameServers(clock: Clock): AskServers {
  const idle = new Map<number, Resolver[]>();
  const ailingUntil = new Map<string, number>();

  async function askOne(name: string, family: 0 | 4 | 6, server: string, timeoutMs: number, signal: AbortSignal) {
    if (signal.aborted) return { addresses: [], code: 'ECANCELLED' };
    const channels = idle.get(timeoutMs) ?? [];
    idle.set(timeoutMs, channels);
    const resolver = channels.pop() ?? new Resolver({ timeout: timeoutMs, tries: 1 });
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      resolver.setServers([server]);
      return await askBoth(resolver, name, family, clock);
    } finally {
      signal.removeEventListener('abort', cancel);
      if (channels.length < MOST_IDLE) channels.push(resolver);
    }
  }

  return async (name, family, { servers, timeoutMs, attempts }, signal) => {
    const reasons = new Map<string, Reason>();
    const isAiling = (server: string) => (ailingUntil.get(server) ?? 0) > clock.monotonic();
    const inOrder = [...servers].sort((a, b) => Number(isAiling(a)) - Number(isAiling(b)));
    for (let attempt = 0; attempt < attempts; attempt++) {
      for (const server of inOrder) {
        const { addresses, code } = await askOne(name, family, server, timeoutMs, signal);
        if (code !== 'ETIMEOUT' && code !== 'ECONNREFUSED' && code !== 'ECANCELLED') ailingUntil.delete(server);
        else if (!signal.aborted) ailingUntil.set(server, clock.monotonic() + AILING_MS);
        if (addresses.length > 0) return { kind: 'addresses', addresses, server };
        if (code === 'ENOTFOUND') return { kind: 'nothing', rcode: 'NXDOMAIN', server };
        if (code === 'ENODATA') return { kind: 'nothing', rcode: 'NODATA', server };
        reasons.set(server, failure(server, code));
        if (signal.aborted || code === 'EBADNAME') return { kind: 'failed', reasons: [...reasons.values()] };
      }
    }
    return { kind: 'failed', reasons: [...reasons.values()] };
  };
}

interface Heard {
  readonly addresses: readonly Address[];
  /** c-ares' word for why there are none. */
  readonly code: string;
}

async function askBoth(resolver: Resolver, name: string, family: 0 | 4 | 6, clock: Clock): Promise<Heard> {
  const v4 = family === 6 ? undefined : hear(resolver.resolve4(name), 4);
  const v6 = family === 4 ? undefined : hear(resolver.resolve6(name), 6);
  if (v4 === undefined || v6 === undefined) return (await (v4 ?? v6)) ?? { addresses: [], code: 'ENODATA' };
  const first = await Promise.race([v4, v6]);
  // A name that does not exist has neither family; a server that refuses one refuses both.
  const waiting = first.addresses.length > 0 ? clock.after(OTHER_FAMILY_WAIT_MS, () => resolver.cancel()) : undefined;
  const [heard4, heard6] = await Promise.all([v4, v6]);
  waiting?.();
  return { addresses: [...heard4.addresses, ...heard6.addresses], code: tellingCode(heard4.code, heard6.code) };
}

async function hear(answer: Promise<string[]>, family: 4 | 6): Promise<Heard> {
  try {
    return { addresses: (await answer).map((address) => ({ address, family })), code: '' };
  } catch (error) {
    return { addresses: [], code: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
}

/** When neither family brought an address: a failure of one hides whether there is one, so it goes before "nothing". */
function tellingCode(one: string, other: string): string {
  return one === 'ENODATA' ? other : one;
}

const WORDS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'does not answer',
  ECANCELLED: 'does not answer',
  ECONNREFUSED: 'refuses connections',
  ESERVFAIL: 'could not find out (SERVFAIL)',
  EREFUSED: 'refuses to say (REFUSED)',
  ENOTIMP: 'does not know this kind of question (NOTIMP)',
  EFORMERR: 'did not understand the question (FORMERR)',
  EBADRESP: 'answers with a broken message',
};

function failure(server: string, code: string): Reason {
  if (code === 'EBADNAME') return ['it is not a valid name'];
  return reason`name server${targetAfter(' ', server)} ${ours(WORDS[code] ?? `failed (${code})`)}`;
}
