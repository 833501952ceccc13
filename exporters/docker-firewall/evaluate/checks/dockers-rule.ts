import { isWithin, parseRange } from '../../rules/addresses.ts';
import type { Chain } from '../../rules/model.ts';
import type { DockerView } from '../docker.ts';

/** Bridges that Docker has named itself; a network's own name for its bridge is known from the network alone. */
const BRIDGE = /^(?:docker0|docker_gwbridge|br-[\da-f]{12})$/;
const TO_DOCKER = /-[jg] DOCKER[\w-]*$/;
/** What Docker writes for a bridge outside of its own chains lets packets by, or (from 28 on) keeps strangers from a container's own address. */
const LETS_BY = /-j (?:ACCEPT|MASQUERADE|RETURN)$/;
const KEEPS_OFF = /^-A PREROUTING -d \S+ ! -i \S+ -j DROP$/;

/** What Docker had and has, and all chains of then and now. */
export interface Known {
  readonly views: readonly DockerView[];
  readonly chains: readonly Chain[];
}

/**
 * Whether a rule, or a policy where it has none, is Docker's by its place and shape, its bridge and its subnet: a rule is Docker's before its
 * container has a name, and when that is gone.
 */
export function isDockersRule(
  { chain, rule }: { readonly chain: Chain; readonly rule?: string },
  { views, chains }: Known,
): boolean {
  const { backend, family, table, name } = chain;
  if (backend === 'native') return table === 'docker-bridges';
  const isHome = (one: Chain) => one.backend === backend && one.family === family && one.name === 'DOCKER';
  if (!chains.some(isHome)) return false;
  // It shuts what it has opened.
  if (rule === undefined) return table === 'filter' && name === 'FORWARD';
  // Docker's users own that chain.
  if (name === 'DOCKER-USER') return rule === '-A DOCKER-USER -j RETURN';
  if (name.startsWith('DOCKER') || TO_DOCKER.test(rule)) return true;
  const isOfBridge = (name === 'FORWARD' || name === 'POSTROUTING') && LETS_BY.test(rule);
  if (!isOfBridge && !(table === 'raw' && KEEPS_OFF.test(rule))) return false;
  const devices = [...rule.matchAll(/ -[io] (\S+)/g)].map(([, device = '']) => device);
  const bridges = new Set(views.flatMap(({ networks }) => networks.map(({ bridge }) => bridge)));
  if (devices.length > 0) return devices.every((one) => BRIDGE.test(one) || bridges.has(one));
  return isToItself(rule, views);
}

/** A container that asks for its own published port. */
function isToItself(rule: string, views: readonly DockerView[]): boolean {
  const address = /^-A POSTROUTING -s (\S+) -d \1 .*-j MASQUERADE$/.exec(rule)?.[1];
  const range = address === undefined ? undefined : parseRange(address);
  const subnets = views.flatMap(({ networks }) => networks.flatMap((one) => one.subnets));
  return range !== undefined && subnets.some((subnet) => isWithin(subnet, range.low));
}
