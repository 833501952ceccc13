import type { FirewallFinding } from '../../report.ts';
import type { Family } from '../../rules/addresses.ts';
import { packetFrom } from '../../rules/packet.ts';
import { forwardBy, RESTART_DOCKER } from '../cure.ts';
import type { DockerNetwork } from '../docker.ts';
import { passHook } from '../pass-hook.ts';
import { faultOf } from '../targets.ts';
import { neighbourIn } from '../topology.ts';
import { sentence } from '../verdict.ts';
import type { Check, Situation } from './situation.ts';

/** `masquerade_missing`: what containers of a network send out keeps an address that nobody outside can answer. */
export const findMissingMasquerade: Check = (situation) => {
  const { docker, around } = situation;
  if (docker.isRootless || docker.writesNoRules) return [];
  return docker.networks.flatMap((network) =>
    ([4, 6] as const).flatMap((family): FirewallFinding[] => {
      const isOurs = family === 4 || situation.homes[6].length > 0;
      const mode = network.mode(family);
      const wants = network.isBridge && !network.isInternal && network.hasMasquerade && mode.startsWith('nat');
      if (!isOurs || !wants || around.host.isThere(network.bridge) === false || around.rules.unread(family).length > 0)
        return [];
      const [subnet] = network.subnets.filter((one) => one.family === family);
      if (subnet === undefined || isMasqueraded(situation, network, family) !== false) return [];
      const program = situation.homes[family][0]?.program ?? 'any backend';
      return [
        {
          check: 'masquerade_missing',
          severity: 'warning',
          subject: `network ${network.name}`,
          says: sentence(
            `no rule of nat POSTROUTING in ${program} masquerades what leaves network ${network.name}: its containers cannot reach the outside`,
          ),
          evidence: [`missing: -A POSTROUTING -s <subnet of ${network.name}> ! -o ${network.bridge} -j MASQUERADE`],
          ...RESTART_DOCKER,
        },
      ];
    }),
  );
};

/** Undefined when it cannot be told. */
function isMasqueraded({ around }: Situation, network: DockerNetwork, family: Family): boolean | undefined {
  const { host, rules } = around;
  const out = host.outer(family);
  const subnet = network.subnets.find((one) => one.family === family);
  const src =
    [...network.members.keys()].find((ip) => (typeof ip === 'number') === (family === 4)) ??
    (subnet && neighbourIn(subnet, network.gateways));
  const own = out === undefined ? undefined : host.addressesOf(out, family).find((one) => !one.isLinkLocal);
  const dst = own && neighbourIn(own.subnet, [own.ip]);
  if (out === undefined || src === undefined || dst === undefined) return undefined;
  const packet = {
    ...packetFrom({ src, dst, dport: 443, proto: 'tcp', in: network.bridge }),
    out,
    state: 'NEW' as const,
  };
  const { passed } = passHook(rules, 'postrouting', { packet, trail: undefined }, host);
  if (passed.length === 0 || passed.some(({ doubt }) => doubt !== undefined)) return undefined;
  return passed.every((flow) => flow.packet.snat);
}

/** `bridge_down`: a network's bridge is gone, switched off, without its address or without its containers. */
export const findBridgesDown: Check = ({ docker, around }) => {
  if (docker.isRootless) return [];
  const inUse = new Set(docker.containers.flatMap(({ addresses }) => addresses.map(({ network }) => network)));
  return docker.networks
    .filter(({ isBridge, name }) => isBridge && inUse.has(name))
    .flatMap((network): FirewallFinding[] => {
      const cause = faultOf(network, around.host);
      if (cause?.kind !== 'host') return [];
      return [
        {
          check: 'bridge_down',
          severity: 'critical',
          subject: `network ${network.name}`,
          says: sentence(cause.says),
          evidence: cause.evidence,
          ...cause.cure,
        },
      ];
    });
};

/** `forwarding_off`: the kernel passes nothing on between the containers and the outside. */
export const findForwardingOff: Check = ({ docker, around }) => {
  if (docker.isRootless) return [];
  const open = new Set(
    docker.networks.filter(({ isBridge, isInternal }) => isBridge && !isInternal).map(({ name }) => name),
  );
  const isNeeded = docker.containers.some(({ addresses }) => addresses.some(({ network }) => open.has(network)));
  if (!isNeeded || around.host.sysctl('net.ipv4.ip_forward') !== '0') return [];
  return [
    {
      check: 'forwarding_off',
      severity: 'critical',
      subject: 'host',
      says: 'The host does not forward packets (net.ipv4.ip_forward is 0).',
      evidence: ['net.ipv4.ip_forward = 0'],
      ...forwardBy('net.ipv4.ip_forward'),
    },
  ];
};
