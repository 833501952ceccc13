import type { Net, Web } from './world.ts';

interface Laid {
  readonly nets: readonly Net[];
  readonly webs: readonly Web[];
  readonly hasProxy: boolean;
  readonly forwardPolicy: 'ACCEPT' | 'DROP';
}

/** What iptables-save prints on a host with Docker 20.10 (as taken from Debian's on a kernel 6.1). */
export function docker20(laid: Laid): string {
  const { nets, forwardPolicy } = laid;
  const open = nets.filter(({ isInternal }) => !isInternal);
  const filter = [
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
    ...nets
      .toReversed()
      .flatMap(({ bridge, isInternal }) =>
        isInternal
          ? [`-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`]
          : [
              `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
              `-A FORWARD -o ${bridge} -j DOCKER`,
              `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
              `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`,
            ],
      ),
    ...acceptsOf(laid),
    ...nets
      .filter(({ isInternal }) => isInternal)
      .flatMap(({ bridge, prefix }) => [
        `-A DOCKER-ISOLATION-STAGE-1 ! -s ${prefix}.0.0/16 -o ${bridge} -j DROP`,
        `-A DOCKER-ISOLATION-STAGE-1 ! -d ${prefix}.0.0/16 -i ${bridge} -j DROP`,
      ]),
    ...open.map(({ bridge }) => `-A DOCKER-ISOLATION-STAGE-1 -i ${bridge} ! -o ${bridge} -j DOCKER-ISOLATION-STAGE-2`),
    '-A DOCKER-ISOLATION-STAGE-1 -j RETURN',
    ...open.map(({ bridge }) => `-A DOCKER-ISOLATION-STAGE-2 -o ${bridge} -j DROP`),
    '-A DOCKER-ISOLATION-STAGE-2 -j RETURN',
    '-A DOCKER-USER -j RETURN',
  ];
  const own = ['DOCKER', 'DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2', 'DOCKER-USER'];
  return [...natOf(laid), ...tableOf('filter', filterChains(forwardPolicy, own), filter)].join('\n');
}

/** The same with Docker 28 (moby, integration/network/bridge/iptablesdoc). */
export function docker28(laid: Laid): string {
  const open = laid.nets.filter(({ isInternal }) => !isInternal);
  const filter = [
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -j DOCKER-FORWARD',
    ...acceptsOf(laid),
    ...open.map(({ bridge }) => `-A DOCKER ! -i ${bridge} -o ${bridge} -j DROP`),
    ...open.map(({ bridge }) => `-A DOCKER-BRIDGE -o ${bridge} -j DOCKER`),
    ...open.map(({ bridge }) => `-A DOCKER-CT -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
    '-A DOCKER-FORWARD -j DOCKER-CT',
    '-A DOCKER-FORWARD -j DOCKER-INTERNAL',
    '-A DOCKER-FORWARD -j DOCKER-BRIDGE',
    ...open.map(({ bridge }) => `-A DOCKER-FORWARD -i ${bridge} -j ACCEPT`),
    ...laid.nets
      .filter(({ isInternal }) => isInternal)
      .flatMap(({ bridge, prefix }) => [
        `-A DOCKER-INTERNAL ! -s ${prefix}.0.0/16 -o ${bridge} -j DROP`,
        `-A DOCKER-INTERNAL ! -d ${prefix}.0.0/16 -i ${bridge} -j DROP`,
      ]),
  ];
  const own = ['DOCKER', 'DOCKER-BRIDGE', 'DOCKER-CT', 'DOCKER-FORWARD', 'DOCKER-INTERNAL', 'DOCKER-USER'];
  const raw = laid.webs.map(({ ip, network }) => {
    const bridge = laid.nets.find(({ name }) => name === network)?.bridge;
    return `-A PREROUTING -d ${ip}/32 ! -i ${bridge} -j DROP`;
  });
  return [
    ...tableOf('raw', [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'], raw),
    ...natOf(laid),
    ...tableOf('filter', filterChains(laid.forwardPolicy, own), filter),
  ].join('\n');
}

function filterChains(policy: string, own: readonly string[]): string[] {
  const built = [':INPUT ACCEPT [9:540]', `:FORWARD ${policy} [0:0]`, ':OUTPUT ACCEPT [9:540]'];
  return [...built, ...own.map((name) => `:${name} - [0:0]`)];
}

function acceptsOf({ nets, webs }: Laid): string[] {
  return webs.flatMap(({ ip, network, ports }) => {
    const bridge = nets.find(({ name }) => name === network)?.bridge;
    return ports.map(
      ({ inside, proto = 'tcp' }) =>
        `-A DOCKER -d ${ip}/32 ! -i ${bridge} -o ${bridge} -p ${proto} -m ${proto} --dport ${inside} -j ACCEPT`,
    );
  });
}

function natOf({ nets, webs, hasProxy }: Laid): string[] {
  const open = nets.filter(({ isInternal }) => !isInternal);
  return tableOf(
    'nat',
    [
      ':PREROUTING ACCEPT [0:0]',
      ':INPUT ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':POSTROUTING ACCEPT [0:0]',
      ':DOCKER - [0:0]',
    ],
    [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      `-A OUTPUT ${hasProxy ? '! -d 127.0.0.0/8 ' : ''}-m addrtype --dst-type LOCAL -j DOCKER`,
      ...open.flatMap(({ bridge, prefix }) => [
        ...(hasProxy ? [] : [`-A POSTROUTING -o ${bridge} -m addrtype --src-type LOCAL -j MASQUERADE`]),
        `-A POSTROUTING -s ${prefix}.0.0/16 ! -o ${bridge} -j MASQUERADE`,
      ]),
      ...webs.flatMap(({ ip, ports }) =>
        ports.map(
          ({ inside, proto = 'tcp' }) =>
            `-A POSTROUTING -s ${ip}/32 -d ${ip}/32 -p ${proto} -m ${proto} --dport ${inside} -j MASQUERADE`,
        ),
      ),
      ...(hasProxy ? open.map(({ bridge }) => `-A DOCKER -i ${bridge} -j RETURN`) : []),
      ...webs.flatMap(({ ip, network, ports }) => {
        const bridge = nets.find(({ name }) => name === network)?.bridge;
        return ports.map(({ host, inside, proto = 'tcp', at }) => {
          const to = at === undefined || at === '0.0.0.0' ? '' : `-d ${at}/32 `;
          const not = hasProxy ? `! -i ${bridge} ` : '';
          return `-A DOCKER ${to}${not}-p ${proto} -m ${proto} --dport ${host} -j DNAT --to-destination ${ip}:${inside}`;
        });
      }),
    ],
  );
}

function tableOf(name: string, chains: readonly string[], rules: readonly string[]): string[] {
  return [`*${name}`, ...chains, ...rules.map((rule) => `[0:0] ${rule}`), 'COMMIT'];
}
