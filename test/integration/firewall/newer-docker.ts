import { fileURLToPath } from 'node:url';
import { dockerStateOf } from './docker-state.ts';
import type { Layout } from './laid-out-world.ts';
import { ITS_SET, ON_SETS } from './newer-docker-sets.ts';
import { ON_SIX_IPTABLES, ON_SIX_NFTABLES } from './newer-docker-six.ts';
import type { Scenario } from './scenario.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/firewall/${name}`, import.meta.url));

/** What the newer Dockers lay down, by label (moby: integration/network/bridge/{iptablesdoc,nftablesdoc}). */
export const NEWER_DOCKERS: Readonly<Record<string, Layout>> = {
  'Docker 28.0, iptables-nft': {
    backend: 'nft',
    docker: dockerStateOf('28.0.1', 'iptables'),
    rules: `${ITS_SET}\niptables-restore < ${fixture('docker-28-0.rules')}`,
  },
  'Docker 28.0, iptables-legacy': {
    backend: 'legacy',
    docker: dockerStateOf('28.0.1', 'iptables'),
    rules: `${ITS_SET}\niptables-restore < ${fixture('docker-28-0.rules')}`,
  },
  'Docker 28, iptables-nft': {
    backend: 'nft',
    docker: dockerStateOf('28.5.2', 'iptables'),
    rules: `iptables-restore < ${fixture('docker-28.rules')}`,
  },
  'Docker 29, iptables-legacy': {
    backend: 'legacy',
    docker: dockerStateOf('29.1.3', 'iptables'),
    rules: `iptables-restore < ${fixture('docker-28.rules')}`,
  },
  'Docker 29, nftables': {
    backend: 'nft',
    docker: dockerStateOf('29.1.3', 'nftables'),
    rules: `nft -f ${fixture('docker-29.nft')}`,
  },
  'Docker 28, iptables-nft, IPv6': {
    backend: 'nft',
    docker: dockerStateOf('28.5.2', 'iptables', true),
    rules: `iptables-restore < ${fixture('docker-28.rules')}; ip6tables-restore < ${fixture('docker-28-six.rules')}`,
    six: true,
  },
  'Docker 29, iptables-legacy, IPv6': {
    backend: 'legacy',
    docker: dockerStateOf('29.1.3', 'iptables', true),
    rules: `iptables-restore < ${fixture('docker-28.rules')}; ip6tables-restore < ${fixture('docker-28-six.rules')}`,
    six: true,
  },
  'Docker 29, nftables, IPv6': {
    backend: 'nft',
    docker: dockerStateOf('29.1.3', 'nftables', true),
    rules: `nft -f ${fixture('docker-29.nft')}; nft delete table ip6 docker-bridges; nft -f ${fixture('docker-29-six.nft')}`,
    six: true,
  },
};

/** Faults of any Docker whose rules stand in iptables. */
const ON_IPTABLES: readonly Scenario[] = [
  { name: 'as Docker left it', keepAs: 'healthy', inject: 'true', breaks: false },
  {
    name: 'the jump from FORWARD to DOCKER-FORWARD is gone',
    keepAs: 'no-jump',
    inject: 'iptables -D FORWARD -j DOCKER-FORWARD',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /FORWARD/ },
    breaks: true,
  },
  {
    name: 'DOCKER-CT is not asked any more, and the others do without',
    inject: 'iptables -D DOCKER-FORWARD -j DOCKER-CT',
    finds: { checks: ['chains_missing'], cause: /DOCKER-CT/ },
    breaks: false,
  },
  {
    name: 'the way to DOCKER-BRIDGE is gone',
    inject: 'iptables -D DOCKER-FORWARD -j DOCKER-BRIDGE',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /DOCKER-BRIDGE|FORWARD/ },
    breaks: true,
  },
  {
    name: "the replies' ACCEPT is gone",
    inject: 'iptables -D DOCKER-FORWARD -i docker0 -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /docker0/ },
    breaks: true,
  },
  {
    name: 'the ACCEPT of a port is gone: what is not published is dropped',
    inject: 'iptables -D DOCKER -d $APP ! -i br-backend -o br-backend -p tcp -m tcp --dport 80 -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /br-backend/ },
    breaks: true,
  },
  {
    name: 'a DROP in DOCKER-USER',
    inject: 'iptables -I DOCKER-USER -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: 'a DNAT is gone',
    inject: 'iptables -t nat -D DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination $WEB:80',
    finds: { checks: ['dnat_missing'], cause: /8080/ },
    breaks: false,
  },
  {
    name: "a DROP stands among Docker's own in raw PREROUTING",
    inject: 'iptables -t raw -A PREROUTING -i up0 -p udp -m udp --dport 5353 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /raw/ },
    breaks: true,
  },
];

/** Faults of Docker 29 with its own nftables tables. */
const ON_NFTABLES: readonly Scenario[] = [
  { name: 'as Docker left it', keepAs: 'healthy', inject: 'true', breaks: false },
  {
    name: 'iptables still holds a FORWARD policy of DROP',
    inject: 'iptables-nft -P FORWARD DROP',
    finds: { checks: ['forward_blocked'], cause: /FORWARD/ },
    breaks: true,
  },
  {
    name: 'iptables-legacy still holds a FORWARD policy of DROP',
    keepAs: 'legacy-drop',
    inject: 'iptables-legacy -P FORWARD DROP',
    finds: { checks: ['forward_blocked'], cause: /legacy/ },
    breaks: true,
  },
  {
    name: 'a DOCKER-USER of former days still drops',
    inject:
      'iptables-nft -N DOCKER-USER; iptables-nft -A FORWARD -j DOCKER-USER; iptables-nft -A DOCKER-USER -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: 'forwarding is off, which this Docker does not see to',
    inject: 'echo 0 > /proc/sys/net/ipv4/ip_forward',
    finds: { checks: ['forwarding_off'], cause: /ip_forward/ },
    breaks: true,
  },
  {
    name: 'the element of a bridge is gone from the map of what goes out',
    inject:
      'nft delete element ip docker-bridges filter-forward-in-jumps "{ \\"docker0\\" : jump filter-forward-in__docker0 }"; nft add rule ip docker-bridges filter-FORWARD oifname docker0 drop',
    finds: { checks: ['forward_blocked'], cause: /docker-bridges/ },
    breaks: true,
  },
  {
    name: 'the ACCEPT of a port is gone',
    inject:
      'nft flush chain ip docker-bridges filter-forward-in__br-backend; nft add rule ip docker-bridges filter-forward-in__br-backend counter drop',
    finds: { checks: ['forward_blocked'], cause: /br-backend/ },
    breaks: true,
  },
  {
    name: 'the DNAT rules are gone',
    inject: 'nft flush chain ip docker-bridges nat-prerouting-and-output',
    finds: { checks: ['dnat_missing'], cause: /8080|DNAT/ },
    breaks: false,
  },
  {
    name: "Docker's tables are gone",
    inject: 'nft delete table ip docker-bridges',
    finds: { checks: ['dnat_missing'], cause: /DNAT|docker-bridges|MASQUERADE|chain/i },
    breaks: false,
  },
];

/** What is tried on a layout. */
export function faultsOf({ docker, six }: Layout): readonly Scenario[] {
  if (docker.info.ServerVersion === '28.0.1') return ON_SETS;
  const { Driver } = docker.info.FirewallBackend as { readonly Driver: string };
  if (Driver === 'nftables') return six ? ON_SIX_NFTABLES : ON_NFTABLES;
  return six ? ON_SIX_IPTABLES : ON_IPTABLES;
}
