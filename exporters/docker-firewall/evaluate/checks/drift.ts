import { formatIp } from '../../rules/addresses.ts';
import { placeOf } from '../../rules/model.ts';
import { type Ruleset, readRuleset } from '../../rules/ruleset.ts';
import { type DockerView, readDocker } from '../docker.ts';
import { sentence } from '../verdict.ts';
import type { Check } from './situation.ts';

/** Of each backend. */
const MOST_LINES = 40;
const DOCKERS = /\bDOCKER|docker-bridges|<(?:container|network) /;

/** `ruleset_drift`: rules came or went since the snapshot before, and nothing that Docker did explains it. */
export const findDrift: Check = ({ snapshot, docker, around, options: { before, explained = [] } }) => {
  if (before === undefined) return [];
  const then = readDocker(before);
  const isExplained = explained.length > 0 || worldOf(then) !== worldOf(docker);
  const [old, now] = [linesOf(readRuleset(before), then), linesOf(around.rules, docker)];
  const unread = [before, snapshot].flatMap(({ missing }) => missing.map(({ part }) => part));
  // What was not read once is new the next time.
  const isUnread = (line: string) => {
    const parts = backendIn(line) === 'legacy' ? 'legacy' : 'nft';
    return unread.some((part) => part.startsWith(parts));
  };
  const changes = differenceOf(old, now).filter((line) => !(isExplained && DOCKERS.test(line)) && !isUnread(line));
  if (changes.length === 0) return [];
  const shown = [changes[0], changes.find((line) => line.startsWith('+'))].filter((line) => line !== undefined);
  const told = [...new Set(shown)];
  const more = changes.length === told.length ? '' : `, and ${changes.length - told.length} more`;
  const which = changes.length === 1 ? 'a rule has changed' : `${changes.length} rules have changed`;
  return [
    {
      check: 'ruleset_drift',
      severity: 'warning',
      subject: 'host',
      says: sentence(
        `${which} since the last look, and nothing that Docker did explains it: ${told.join(' and ')}${more}`,
      ),
      evidence: [...Map.groupBy(changes, backendIn).values()].flatMap((lines) => lines.slice(0, MOST_LINES)),
    },
  ];
};

/** Of a line of the evidence, in which backend it was: `legacy`, `nft` or `native`. */
export function backendIn(line: string): string {
  return line.split(' ', 2)[1] ?? '';
}

/** What Docker's rules follow from: engine, networks, containers and their ports. */
function worldOf({ networks, containers, serverVersion }: DockerView): string {
  const nets = networks.map(({ id, bridge }) => `${id} ${bridge}`).toSorted();
  const boxes = containers
    .map(({ id, addresses, published }) =>
      [
        id,
        ...addresses.map(({ ip }) => formatIp(ip)),
        ...published.map(({ hostAddress, port, proto }) => `${hostAddress} ${port} ${proto}`),
      ].join(' '),
    )
    .toSorted();
  return [serverVersion, ...nets, ...boxes].join('\n');
}

/** Every rule and policy with its place, without counters and handles, Docker's addresses and bridges by name. */
function linesOf({ chains }: Ruleset, docker: DockerView): string[] {
  const named = namerOf(docker);
  return chains.flatMap((chain) => {
    const place = placeOf(chain);
    // A table that came with nothing in it changes nothing.
    const policy = chain.base?.policy === 'drop' ? [`${place} policy DROP`] : [];
    return [...policy, ...chain.lines().map((line) => `${place}: ${named(line)}`)];
  });
}

function namerOf({ containers, networks }: DockerView): (line: string) => string {
  const names = new Map<string, string>();
  for (const { name, addresses } of containers)
    for (const { ip } of addresses) names.set(formatIp(ip), `<container ${name}>`);
  for (const { name, bridge } of networks) if (bridge.startsWith('br-')) names.set(bridge, `<network ${name}>`);
  return (line) =>
    line.replaceAll(/[\w.:-]+/g, (word) => {
      const known = names.get(word);
      if (known !== undefined) return known;
      const [, ip = '', port] = /^(.*):(\d+)$/.exec(word) ?? [];
      const owner = names.get(ip);
      return owner === undefined ? word : `${owner}:${port}`;
    });
}

/** Lines that went (`-`) and came (`+`), each as often as it did. A change of order alone is said as such. */
function differenceOf(old: readonly string[], now: readonly string[]): string[] {
  const count = (lines: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const [had, has] = [count(old), count(now)];
  const beyond = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>, sign: string) =>
    [...one].flatMap(([line, times]) =>
      Array<string>(Math.max(0, times - (other.get(line) ?? 0))).fill(`${sign} ${line}`),
    );
  const changes = [...beyond(had, has, '-'), ...beyond(has, had, '+')];
  if (changes.length > 0) return changes;
  return movedIn(old, now);
}

function movedIn(old: readonly string[], now: readonly string[]): string[] {
  const place = (line: string) => line.slice(0, line.indexOf(': '));
  const inOrder = (lines: readonly string[]) =>
    Map.groupBy(
      lines.filter((line) => line.includes(': ')),
      place,
    );
  const before = inOrder(old);
  return [...inOrder(now)].flatMap(([where, lines]) => {
    const at = lines.findIndex((line, index) => before.get(where)?.[index] !== line);
    return at < 0
      ? []
      : [
          `~ ${where}: the order of its rules has changed, from "${before.get(where)?.[at]?.slice(where.length + 2)}" on`,
        ];
  });
}
