import type { FirewallFinding } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';

type Cured = Pick<FirewallFinding, 'fix' | 'sideEffect'>;

/** One that a person takes and thinks about; nothing to be pasted. */
const ADVICE = 'publish the port on 127.0.0.1, or drop it in the chain DOCKER-USER';
const REMOVAL =
  /^(ip6?tables-(?:nft|legacy))-save \| grep -Ev '\(\^:\|\^-A \|-\[jg\] \)DOCKER\(-\(FORWARD\|BRIDGE\|CT\|INTERNAL\|ISOLATION-STAGE-\[12\]\)\)\?\( \|\$\)' \| \1-restore$/;

/**
 * What is wrong with a printed cure, in words; undefined when nothing is: each of its commands touches what Docker owns, or lets in what
 * names a published port, and one that does more says so.
 */
export function whatItDisarms(cured: Cured, snapshot: Snapshot): string | undefined {
  const { fix, sideEffect } = cured;
  if (fix === undefined || fix === ADVICE) return undefined;
  for (const command of commandsOf(fix)) {
    if (isDockers(command, snapshot) || namesPort(command, snapshot)) continue;
    if (movesMore(command) && sideEffect !== undefined) continue;
    return `"${command}" of "${fix}" (${sideEffect ?? 'said to do nothing beside'})`;
  }
  return undefined;
}

/** Its commands, one for each turn of a loop. */
function commandsOf(fix: string): string[] {
  const loops: string[] = [];
  const rest = fix.replaceAll(
    /for (\w+) in ([^;]*); do (.*?); done/g,
    (_all, name: string, values: string, body: string) => {
      for (const value of values.split(' '))
        loops.push(...body.split('; ').map((one) => one.replaceAll(`$${name}`, value)));
      return '';
    },
  );
  return [...loops, ...rest.split('; ')].filter((one) => one !== '');
}

function isDockers(command: string, { docker }: Snapshot): boolean {
  const bridges = (docker?.networks ?? []).map(({ Id, Options }) => {
    const options = (Options ?? {}) as Readonly<Record<string, string>>;
    return options['com.docker.network.bridge.name'] ?? `br-${String(Id).slice(0, 12)}`;
  });
  const [, bridge] =
    /^ip link set (\S+) up$/.exec(command) ??
    /^ip address add \S+ dev (\S+)$/.exec(command) ??
    /^ip6?tables-(?:nft|legacy) -A FORWARD -[io] (\S+) (?:-m conntrack --ctstate RELATED,ESTABLISHED )?-j ACCEPT$/.exec(
      command,
    ) ??
    [];
  if (bridge !== undefined) return bridges.includes(bridge);
  const network = /^docker restart \$\(docker ps --quiet --filter network=(\S+)\)$/.exec(command)?.[1];
  if (network !== undefined) return docker?.networks.some(({ Name }) => Name === network) ?? false;
  return /^(?:systemctl|snap) restart docker$/.test(command) || REMOVAL.test(command);
}

const BY_ORIGIN = '-m conntrack --ctstate DNAT --ctorigdstport (?<outer>\\d+) -j ACCEPT';
const WHO = '(?:-m addrtype --(?:src|dst)-type LOCAL|-[sd] [\\da-f.:]+)';
const BY_ADDRESS = `${WHO} -m (?:tcp|udp) --[sd]port (?<any>\\d+) (?:-m conntrack --ctstate ESTABLISHED )?-j ACCEPT`;
const TO_DOCKER = '-m (?:tcp|udp) --dport (?<led>\\d+) -m addrtype --dst-type LOCAL -j DOCKER';
const PLACE = 'ip6?tables-(?:nft|legacy)(?: -t \\w+)? -[AI] [\\w-]+(?: \\d+)? -p (?:tcp|udp)';
const IPTABLES = new RegExp(`^${PLACE} (?:${BY_ORIGIN}|${BY_ADDRESS}|${TO_DOCKER})$`);
const NFT_PLACE = 'nft (?:add|insert) rule \\w+ \\S+ \\S+(?: position \\d+)?';
const NFT_WHO = '(?:fib [sd]addr type local|ip6? [sd]addr [\\da-f.:]+)';
const NFT = new RegExp(
  `^${NFT_PLACE} (?:meta l4proto (?:tcp|udp) ct status dnat ct original proto-dst (?<outer>\\d+)|${NFT_WHO} (?:tcp|udp) [sd]port (?<any>\\d+)(?: ct state established)?) accept$`,
);

/** It accepts, and nothing but what goes to or comes from a published port, outside or inside. */
function namesPort(command: string, snapshot: Snapshot): boolean {
  const { outer, any, led } = (IPTABLES.exec(command) ?? NFT.exec(command))?.groups ?? {};
  const ports = (snapshot.docker?.containers ?? []).flatMap(({ NetworkSettings }) =>
    Object.entries(
      ((NetworkSettings as { Ports?: unknown } | undefined)?.Ports ?? {}) as Record<
        string,
        { HostPort: string }[] | null
      >,
    ).flatMap(([inner, bound]) => (bound ?? []).map(({ HostPort }) => [HostPort, inner.replace(/\/.*/, '')] as const)),
  );
  const outside = outer ?? led;
  if (outside !== undefined) return ports.some(([port]) => port === outside);
  return any !== undefined && ports.some((both) => both.includes(any));
}

function movesMore(command: string): boolean {
  return (
    /^sysctl -w net\.ipv[46]\.(?:ip_forward|conf\.[\w./-]+\.forwarding)=1$/.test(command) ||
    /^update-alternatives --set (ip6?tables) \/usr\/sbin\/\1-(?:nft|legacy)$/.test(command)
  );
}
