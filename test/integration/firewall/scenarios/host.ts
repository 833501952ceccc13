import type { Scenario } from '../scenario.ts';

/** Faults of the host itself: sysctls, bridges, addresses, routes, and the chains that only local traffic passes. */
export const HOST_FAULTS: readonly Scenario[] = [
  {
    name: 'forwarding is off',
    inject: 'echo 0 > /proc/sys/net/ipv4/ip_forward',
    finds: { checks: ['forwarding_off'], cause: /forward/ },
    breaks: true,
  },
  {
    name: 'forwarding is off for the outer interface alone',
    inject: 'echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding',
    finds: { checks: ['forwarding_off'], cause: /up0/ },
    breaks: true,
  },
  {
    name: 'forwarding is off for one bridge: the replies stay in it',
    inject: 'echo 0 > /proc/sys/net/ipv4/conf/docker0/forwarding',
    finds: { checks: ['forwarding_off'], cause: /docker0/ },
    breaks: true,
  },
  {
    name: 'a bridge is down',
    inject: 'ip link set docker0 down',
    undo: 'ip link set docker0 up',
    finds: { checks: ['bridge_down'], cause: /docker0/ },
    breaks: true,
  },
  {
    name: 'the bridge of a network of its own is down',
    inject: 'ip link set br-backend down',
    undo: 'ip link set br-backend up',
    finds: { checks: ['bridge_down'], cause: /br-backend/ },
    breaks: true,
  },
  {
    name: 'a bridge has lost its address',
    inject: 'ip address del 172.17.0.1/16 dev docker0',
    undo: 'ip address add 172.17.0.1/16 broadcast 172.17.255.255 dev docker0',
    finds: { checks: ['bridge_down'], cause: /docker0/ },
    breaks: true,
  },
  {
    name: "a network manager has taken the containers' interfaces out of the bridge",
    inject:
      'for port in $(bridge -o link show | awk \'/master br-backend/ { sub(/[@:].*/, "", $2); print $2 }\'); do ip link set $port nomaster; done',
    undo: 'for port in $(ip -o link show type veth | awk \'$2 !~ /^up0/ && !/master/ { sub(/[@:].*/, "", $2); print $2 }\'); do ip link set $port master br-backend; done',
    finds: { checks: ['bridge_down'], cause: /br-backend/ },
    breaks: true,
  },
  {
    name: "a VPN has taken the route to the containers' addresses",
    inject:
      'ip link add vpn0 type veth peer name vpn0-far; ip link set vpn0 up; ip link set vpn0-far up; ip route add 172.17.0.0/24 dev vpn0',
    undo: 'ip link delete vpn0',
    finds: { checks: ['forward_blocked'], cause: /vpn0/ },
    breaks: true,
  },
  {
    name: 'a blackhole for one container',
    inject: 'ip route add blackhole $WEB/32',
    undo: 'ip route delete blackhole $WEB/32',
    finds: { checks: ['forward_blocked'], cause: /blackhole/ },
    breaks: true,
  },
  {
    name: 'INPUT drops everything: docker-proxy hears no container any more, and IPv6 has nothing else',
    inject: 'iptables -P INPUT DROP; iptables -A INPUT -i lo -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /INPUT/ },
    breaks: true,
  },
  {
    name: 'OUTPUT drops what goes to the containers: docker-proxy reaches none, and IPv6 has nothing else',
    inject: 'iptables -A OUTPUT -o docker0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /OUTPUT/ },
    breaks: true,
  },
  {
    name: 'the isolation of networks is gone',
    inject: 'iptables -F DOCKER-ISOLATION-STAGE-1',
    breaks: false,
    finds: { checks: ['chains_missing'], cause: /ISOLATION/ },
  },
  {
    name: 'a port that the operator did not allow is reachable',
    inject: 'true',
    options: () => ({ allowed: ['8080/tcp', '5353/udp', '8083/tcp'] }),
    finds: { checks: ['unexpected_exposure'], cause: /8082/ },
    breaks: false,
  },
  {
    name: 'a rule has come since the last look that no event explains',
    inject: 'iptables -A INPUT -p tcp -m tcp --dport 1234 -j ACCEPT',
    options: (before) => ({ before }),
    finds: { checks: ['ruleset_drift'], cause: /1234/ },
    breaks: false,
  },
];
