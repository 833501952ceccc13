import type { EvaluateOptions } from '../report.ts';
import type { Family, Ip } from '../rules/addresses.ts';
import { getOrMake } from '../rules/get-or-make.ts';
import type { DockerNetwork } from './docker.ts';
import { listedStrangers } from './listed.ts';
import { type Stranger, strangersOf, toldApart } from './strangers.ts';
import { neighbourIn } from './topology.ts';
import type { Surroundings } from './travel.ts';

/** Who asks: the same for all ports. */
export interface Askers {
  readonly outside: (family: Family) => readonly Stranger[];
  /** Those outside whom a list may let in. */
  readonly listed: (family: Family) => readonly Stranger[];
  readonly within: (network: DockerNetwork, family: Family) => readonly Stranger[];
}

/** Finds out who asks, each when first asked for. */
export function askersOf(around: Surroundings, options: EvaluateOptions): Askers {
  const known = new Map<string, readonly Stranger[]>();
  const askers: Askers = {
    outside: (family) => getOrMake(known, `outside ${family}`, () => strangersOf(around, family, options)),
    listed: (family) =>
      getOrMake(known, `listed ${family}`, () => {
        const [stranger] = askers.outside(family);
        return stranger === undefined || options.from !== undefined
          ? []
          : listedStrangers(around, family, stranger.enters);
      }),
    within: (network, family) =>
      getOrMake(known, `within ${network.name} ${family}`, () => askersIn(network, family, around)),
  };
  return askers;
}

/** A container of a network and those that rules tell from it, or one that might be there; beside them one that a route of its own sets apart. */
function askersIn(network: DockerNetwork, family: Family, around: Surroundings): Stranger[] {
  const { host } = around;
  const residents = [...network.members.keys()].filter((ip) => (typeof ip === 'number') === (family === 4));
  const subnet = network.subnets.find((one) => one.family === family);
  const isUsual = (ip: Ip) => host.routeTo(ip) === network.bridge;
  const there = residents.filter(isUsual);
  const usual = subnet === undefined ? there.slice(0, 1) : toldApart(around, subnet, there);
  const nobody = subnet && there.length === 0 ? neighbourIn(subnet, [...network.gateways, ...residents]) : undefined;
  const apart = residents.find((ip) => !isUsual(ip));
  const ips = [...usual, nobody, apart].filter((ip) => ip !== undefined);
  return ips.map((ip) => ({ ip, enters: network.bridge }));
}
