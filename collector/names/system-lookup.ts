import { lookup } from 'node:dns/promises';
import type { Address } from '../../model/probe.ts';
import type { Clock } from '../../model/time.ts';

export type SystemAnswer = readonly Address[] | 'busy';
export type SystemLookup = (name: string, family: 0 | 4 | 6, signal: AbortSignal) => Promise<SystemAnswer>;

/** Two of libuv's four threads: the other two stay for files. */
const MOST_AT_ONCE = 2;
const WAIT_FOR_A_TURN_MS = 1_000;

/** Asks the system's own resolver (mDNS, NIS and what else nsswitch.conf names). It can hang for long and cannot be called off, so few may run. */
export function createSystemLookup(clock: Clock): SystemLookup {
  let running = 0;
  const queue: (() => void)[] = [];

  function turn(signal: AbortSignal): Promise<boolean> {
    if (running < MOST_AT_ONCE) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (mine: boolean) => {
        callOff();
        signal.removeEventListener('abort', giveUp);
        const place = queue.indexOf(take);
        if (place >= 0) queue.splice(place, 1);
        resolve(mine);
      };
      const take = () => end(true);
      const giveUp = () => end(false);
      const callOff = clock.after(WAIT_FOR_A_TURN_MS, giveUp);
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(take);
    });
  }

  async function ask(name: string, family: 0 | 4 | 6): Promise<Address[]> {
    running++;
    try {
      const found = await lookup(name, { all: true, family, verbatim: true });
      return found.map((one) => ({ address: one.address, family: one.family === 6 ? 6 : 4 }));
    } catch {
      return [];
    } finally {
      running--;
      queue[0]?.();
    }
  }

  return async (name, family, signal) => {
    if (signal.aborted || !(await turn(signal))) return 'busy';
    const asked = ask(name, family);
    const { promise: given, resolve } = Promise.withResolvers<'busy'>();
    const giveUp = () => resolve('busy');
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([asked, given]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };
}

/** Whether nsswitch.conf(5) names sources of host names that neither the hosts file nor name servers can speak for. */
export function namesOtherSources(nsswitch: string): boolean {
  const hosts = /^\s*hosts:(.*)$/m.exec(nsswitch.replace(/#.*/g, ''))?.[1] ?? '';
  const sources = hosts.replace(/\[[^\]]*\]/g, ' ').trim();
  return sources !== '' && sources.split(/\s+/).some((source) => source !== 'files' && source !== 'dns');
}
