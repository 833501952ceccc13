import type { Scenario } from '../scenario.ts';

/** dockerd writes to one backend, as one that brings its own iptables does, and whoever else calls `iptables` to the other. */
export const APART: readonly Scenario[] = [
  {
    name: 'apart: nobody else has rules yet',
    world: 'apart',
    inject: 'true',
    finds: { checks: ['backend_mismatch'], cause: /while this host's iptables writes to/ },
    breaks: false,
  },
  {
    name: 'apart: an administrator lets in what is established and ssh, and knows nothing of Docker',
    world: 'apart',
    inject: `iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p icmp -j ACCEPT
      iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT; iptables -P INPUT DROP`,
    finds: { checks: ['backend_mismatch'], cause: /while this host's iptables writes to/ },
    breaks: false,
  },
  {
    name: 'apart: an administrator drops what is forwarded',
    world: 'apart',
    inject: 'iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables -P FORWARD DROP',
    finds: {
      checks: ['backend_mismatch', 'forward_blocked', 'split_brain'],
      cause: /while this host's iptables|FORWARD policy (?:is|of) DROP/,
    },
    breaks: true,
  },
  {
    name: 'apart: ufw stands where Docker does not write',
    world: 'apart',
    inject: `iptables -N ufw-before-forward; iptables -N ufw-user-forward; iptables -N ufw-reject-forward
      iptables -A FORWARD -j ufw-before-forward; iptables -A FORWARD -j ufw-reject-forward
      iptables -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -A ufw-before-forward -j ufw-user-forward
      iptables -A ufw-reject-forward -j REJECT --reject-with icmp-port-unreachable`,
    finds: {
      checks: ['backend_mismatch', 'forward_blocked'],
      cause: /while (?:this host's iptables|ufw)|ufw-reject-forward/,
    },
    breaks: true,
  },
  {
    name: 'apart: rules that an administrator wrote for Docker do nothing where they stand',
    world: 'apart',
    inject: 'iptables -N DOCKER-USER; iptables -A DOCKER-USER -i up0 -j DROP',
    finds: { checks: ['backend_mismatch'], cause: /while this host's iptables writes to/ },
    breaks: false,
  },
];
