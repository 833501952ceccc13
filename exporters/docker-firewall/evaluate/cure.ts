import { backendsOf, engineOf } from '../engine.ts';
import type { Backend } from '../rulesets.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * What mends something; printed, never run. It touches only what Docker owns, or names the port: what opens or moves anything else says
 * so in `sideEffect`.
 */
export interface Cure {
  readonly fix: string;
  /** What the command does beside mending, in a sentence without its full stop. */
  readonly sideEffect?: string;
}

/** Docker writes its rules anew; `onThisHost` makes the host's own command of it. */
export const RESTART_DOCKER: Cure = { fix: 'systemctl restart docker' };

/** Leads everybody's iptables, and so dockerd's, to one backend. */
export function useBackend(backend: Backend): Cure {
  const name = backend === 'legacy' ? 'legacy' : 'nft';
  const set = (program: string) => `update-alternatives --set ${program} /usr/sbin/${program}-${name}`;
  return {
    fix: `${set('iptables')}; ${set('ip6tables')}`,
    sideEffect: `whatever else runs iptables, as ufw does, writes to iptables-${name} from then on`,
  };
}

/** Switches on a setting of the kernel by which packets are passed on. */
export function forwardBy(sysctl: string): Cure {
  const device = /^net\.ipv4\.conf\.(.+)\.forwarding$/.exec(sysctl)?.[1];
  const what = device === undefined ? 'between all its interfaces' : `what comes in by ${device}`;
  // A dot in an interface's own name is a slash there (sysctl(8)).
  const name = device === undefined ? sysctl : `net.ipv4.conf.${device.replaceAll('.', '/')}.forwarding`;
  return {
    fix: `sysctl -w ${name}=1`,
    sideEffect: `this host then passes on ${what}, also for others than Docker, so far as no rule stops it`,
  };
}

/**
 * How Docker is started again on this host. Where its next start takes another backend than its rules stand in now, a start alone would
 * leave the old rules behind: then it is led back first.
 */
export function onThisHost(snapshot: Snapshot): <Cured extends Partial<Cure>>(one: Cured) => Cured {
  const restart = restartOn(snapshot);
  const byDocker = new Set([RESTART_DOCKER.fix]);
  // Where Docker switches forwarding on, it shuts it for all others.
  if (backendsOf(snapshot).dockerd !== 'nft_native' && snapshot.docker?.settings?.iptables !== false)
    for (const sysctl of ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding']) byDocker.add(forwardBy(sysctl).fix);
  return (one) => {
    if (one.fix === undefined || !byDocker.has(one.fix)) return one;
    const { sideEffect: _, ...bare } = one;
    return { ...bare, ...restart } as typeof one;
  };
}

function restartOn(snapshot: Snapshot): Cure {
  const isSnap = engineOf(snapshot)?.packaging === 'snap';
  const fix = isSnap ? 'snap restart docker' : RESTART_DOCKER.fix;
  const { dockerd, next_restart: next } = backendsOf(snapshot);
  if (isSnap || dockerd === undefined || next === undefined || dockerd === next) return { fix };
  const back = useBackend(dockerd);
  return { ...back, fix: `${back.fix}; ${fix}` };
}
