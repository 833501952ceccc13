import type { Scenario } from './scenario.ts';

/** The set by which Docker 28.0 finds its bridges (moby v28.0.0, libnetwork/drivers/bridge/bridge_linux.go). */
export const ITS_SET = `ipset create docker-ext-bridges-v4 hash:net family inet
ipset add docker-ext-bridges-v4 172.17.0.0/16
ipset add docker-ext-bridges-v4 172.18.0.0/16`;

/** What can befall that set. */
export const ON_SETS: readonly Scenario[] = [
  { name: 'as Docker left it', keepAs: 'healthy', inject: 'true', breaks: false },
  {
    name: 'its set was flushed',
    keepAs: 'flushed',
    inject: 'ipset flush docker-ext-bridges-v4',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /docker-ext-bridges-v4.*172\.17\.0\.0\/16/ },
    breaks: true,
  },
  {
    name: 'its set lacks a bridge',
    inject: 'ipset del docker-ext-bridges-v4 172.18.0.0/16',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /docker-ext-bridges-v4.*172\.18\.0\.0\/16/ },
    breaks: true,
  },
  {
    name: 'its set holds another network',
    inject: `ipset flush docker-ext-bridges-v4; ipset add docker-ext-bridges-v4 172.19.0.0/16
      ipset add docker-ext-bridges-v4 172.18.0.0/16`,
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /docker-ext-bridges-v4.*172\.17\.0\.0\/16/ },
    breaks: true,
  },
  {
    name: 'its set was swapped for an empty one',
    inject: 'ipset create none hash:net; ipset swap none docker-ext-bridges-v4',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /docker-ext-bridges-v4.*172\.17\.0\.0\/16/ },
    breaks: true,
  },
  {
    name: 'its set was flushed, and the FORWARD policy is ACCEPT',
    inject: 'ipset flush docker-ext-bridges-v4; iptables -P FORWARD ACCEPT',
    finds: { checks: ['chains_missing'], cause: /docker-ext-bridges-v4/ },
    breaks: false,
  },
];
