import { formatIp, isWithin, prefixText } from '../../rules/addresses.ts';
import type { IpSets } from '../../rules/ip-sets.ts';
import type { DockerNetwork, DockerView } from '../docker.ts';
import type { Home } from './home.ts';

/** A rule that Docker writes and that is not there. */
export interface MissingRule {
  /** As iptables-save would print it. */
  readonly line: string;
  /** Where it stood, and where it led: `filter FORWARD no longer jumps to DOCKER`. */
  readonly says: string;
  /** A jump, or the whole chain: without it a part of Docker's rules is dead. */
  readonly isJump: boolean;
  /** The bridge that it is for, where its line does not say. */
  readonly bridge?: string;
}

/** Docker's own rules that are missing in iptables (moby, libnetwork/drivers/bridge/setup_ip_tables_linux.go, versions 20.10 to 29), and what its sets lack. */
export function missingRules(home: Home, docker: DockerView, sets: IpSets): MissingRule[] {
  if (home.backend === 'native') return [];
  const missing: MissingRule[] = [];
  const has = (place: string, pattern: RegExp) =>
    home.chains
      .get(place)
      ?.lines()
      .some((line) => pattern.test(line)) === true;
  const jump = (table: string, chain: string, to: string, line: string, pattern: RegExp) => {
    if (!has(`${table} ${chain}`, pattern))
      missing.push({ line, says: `${table} ${chain} no longer jumps to ${to}`, isJump: true });
  };
  const gone = ['nat DOCKER', 'filter DOCKER'].filter((name) => !home.chains.has(name));
  for (const name of gone)
    missing.push({ line: `-N ${name.split(' ')[1]}`, says: `the chain ${name} is gone`, isJump: true });
  if (!gone.includes('nat DOCKER')) {
    jump('nat', 'PREROUTING', 'DOCKER', '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER', /-j DOCKER$/);
    const output = '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER';
    jump('nat', 'OUTPUT', 'DOCKER', output, /-j DOCKER$/);
  }
  if (home.chains.has('filter DOCKER-USER'))
    jump('filter', 'FORWARD', 'DOCKER-USER', '-A FORWARD -j DOCKER-USER', /-j DOCKER-USER$/);
  const networks = docker.networks.filter((one) => isFiltered(one, home));
  if (gone.includes('filter DOCKER')) return missing;
  const layout: Layout = { missing, has, jump, networks, sets };
  if (home.chains.has('filter DOCKER-FORWARD')) expect28(layout);
  else expect20(layout, home);
  expectPorts(layout, home, docker);
  return missing;
}

interface Layout {
  readonly missing: MissingRule[];
  readonly has: (place: string, pattern: RegExp) => boolean;
  readonly jump: (table: string, chain: string, to: string, line: string, pattern: RegExp) => void;
  readonly networks: readonly DockerNetwork[];
  readonly sets: IpSets;
}

/** Whether Docker keeps rules of a network in that family that let packets in from elsewhere. */
function isFiltered({ isBridge, isInternal, subnets }: DockerNetwork, { family }: Home): boolean {
  return isBridge && !isInternal && subnets.some((subnet) => subnet.family === family);
}

function expect20(layout: Layout, home: Home): void {
  const { missing, has, jump, networks } = layout;
  const bySet = has('filter FORWARD', /--match-set docker-ext-bridges-v[46] dst -j DOCKER$/);
  const isolates = home.chains.has('filter DOCKER-ISOLATION-STAGE-1');
  if (isolates)
    jump(
      'filter',
      'FORWARD',
      'DOCKER-ISOLATION-STAGE-1',
      '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
      /-j DOCKER-ISOLATION-STAGE-1$/,
    );
  for (const network of networks) {
    const { bridge } = network;
    const name = escaped(bridge);
    const [first, second] = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2'];
    if (isolates)
      jump(
        'filter',
        first,
        `${second} for ${bridge}`,
        `-A ${first} -i ${bridge} ! -o ${bridge} -j ${second}`,
        new RegExp(`-i ${name} ! -o ${name} -j ${second}$`),
      );
    accept(
      missing,
      has,
      'FORWARD',
      `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
      new RegExp(`-i ${name} (?:! -o ${name} )?-j ACCEPT$`),
    );
    if (bySet) {
      expectInSet(layout, home, network);
      continue;
    }
    jump(
      'filter',
      'FORWARD',
      `DOCKER for ${bridge}`,
      `-A FORWARD -o ${bridge} -j DOCKER`,
      new RegExp(`-o ${name} -j DOCKER$`),
    );
  }
}

/** Docker 28.0 sends to its chain what is for an address in this set: it holds the subnets of all its bridges. */
function expectInSet({ missing, sets }: Layout, { family }: Home, { bridge, subnets, members }: DockerNetwork): void {
  const name = `docker-ext-bridges-v${family}`;
  if (sets.get(name) === undefined || sets.stirred.has(name)) return;
  for (const subnet of subnets.filter((one) => one.family === family)) {
    const own = [...members.keys()].filter((ip) => isWithin(subnet, ip));
    if ((own.length === 0 ? [subnet.high] : own).every((ip) => sets.names(name, ip))) continue;
    const says = `the set ${name} does not hold ${prefixText(subnet)} of ${bridge}`;
    missing.push({ line: `ipset add ${name} ${prefixText(subnet)}`, says, isJump: true, bridge });
  }
}

function expect28({ missing, has, jump, networks }: Layout): void {
  jump('filter', 'FORWARD', 'DOCKER-FORWARD', '-A FORWARD -j DOCKER-FORWARD', /-j DOCKER-FORWARD$/);
  for (const to of ['DOCKER-CT', 'DOCKER-BRIDGE'])
    jump('filter', 'DOCKER-FORWARD', to, `-A DOCKER-FORWARD -j ${to}`, new RegExp(`-j ${to}$`));
  for (const { bridge } of networks) {
    const name = escaped(bridge);
    jump(
      'filter',
      'DOCKER-BRIDGE',
      `DOCKER for ${bridge}`,
      `-A DOCKER-BRIDGE -o ${bridge} -j DOCKER`,
      new RegExp(`-o ${name} -j DOCKER$`),
    );
    accept(
      missing,
      has,
      'DOCKER-FORWARD',
      `-A DOCKER-FORWARD -i ${bridge} -j ACCEPT`,
      new RegExp(`-i ${name} (?:! -o ${name} )?-j ACCEPT$`),
    );
  }
}

function expectPorts({ missing, has }: Layout, home: Home, docker: DockerView): void {
  for (const { addresses, published } of docker.containers)
    for (const { family, proto, containerPort } of published) {
      const ips = addresses
        .filter((one) => one.family === family && family === home.family)
        .map(({ ip }) => formatIp(ip));
      const [ip] = ips;
      const width = family === 4 ? 32 : 128;
      const there = ips.some((one) =>
        has(
          'filter DOCKER',
          new RegExp(`-d ${escaped(one)}/${width} .*-p ${proto} .*--dport ${containerPort} -j ACCEPT$`),
        ),
      );
      const line = `-A DOCKER -d ${ip}/${width} … -p ${proto} -m ${proto} --dport ${containerPort} -j ACCEPT`;
      // Several ports of the host may lead to one of the container.
      if (ip !== undefined && !there && !missing.some((one) => one.line === line)) {
        missing.push({ line, says: `the rule "${line}" is missing`, isJump: false });
      }
    }
}

function accept(missing: MissingRule[], has: Layout['has'], chain: string, line: string, pattern: RegExp): void {
  if (!has(`filter ${chain}`, pattern)) missing.push({ line, says: `the rule "${line}" is missing`, isJump: false });
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w]/g, '\\$&');
}
