import { RESTLESS_CHAIN } from '../../../../model/restless-chains.ts';
import { formatIp } from '../../rules/addresses.ts';
import { type Chain, placeOf } from '../../rules/model.ts';
import { type Ruleset, readRuleset } from '../../rules/ruleset.ts';
import { type DockerView, readDocker } from '../docker.ts';
import { sentence } from '../verdict.ts';
import { isDockersRule } from './dockers-rule.ts';
import type { Check } from './situation.ts';

/** Of each backend. */
const MOST_LINES = 40;

/** A rule, or a policy where `rule` is absent, and how it is told. */
interface Line {
  readonly text: string;
  readonly chain: Chain;
  readonly rule?: string;
}

/**
 * `ruleset_drift`: rules came or went since the snapshot before, and nothing that Docker did explains it. Docker's rules run ahead of what it
 * says of itself, so who tells of this looks twice (`settling.ts`).
 */
export const findDrift: Check = ({ snapshot, docker, around, options: { before, explained = [] } }) => {
  if (before === undefined) return [];
  const then = readDocker(before);
  const isExplained = explained.length > 0 || worldOf(then) !== worldOf(docker);
  const earlier = readRuleset(before);
  const [old, now] = [linesOf(earlier, then), linesOf(around.rules, docker)];
  const known = { views: [then, docker], chains: [...earlier.chains, ...around.rules.chains] };
  const unread = [before, snapshot].flatMap(({ missing }) => missing.map(({ part }) => part));
  // What was not read once is new the next time.
  const isUnread = (line: string) => {
    const parts = backendIn(line) === 'legacy' ? 'legacy' : 'nft';
    return unread.some((part) => part.startsWith(parts));
  };
  const changes = differenceOf(old, now)
    .filter(
      ({ says, of }) => !(isExplained && isDockersRule(of, known) && (of.rule !== undefined || says.startsWith('+'))),
    )
    .map(({ says }) => says)
    .filter((line) => !isUnread(line));
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
function linesOf({ chains }: Ruleset, docker: DockerView): Line[] {
  const named = namerOf(docker);
  return chains
    .filter(({ name }) => !RESTLESS_CHAIN.test(name))
    .flatMap((chain): Line[] => {
      const place = placeOf(chain);
      // A table that came with nothing in it changes nothing.
      const policy = chain.base?.policy === 'drop' ? [{ text: `${place} policy DROP`, chain }] : [];
      return [...policy, ...chain.lines().map((rule) => ({ text: `${place}: ${named(rule)}`, chain, rule }))];
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

interface Difference {
  readonly says: string;
  readonly of: Line;
}

/** Lines that went (`-`) and came (`+`), each as often as it did. A change of order alone is said as such. */
function differenceOf(old: readonly Line[], now: readonly Line[]): Difference[] {
  const byText = (lines: readonly Line[]) => Map.groupBy(lines, ({ text }) => text);
  const [had, has] = [byText(old), byText(now)];
  const beyond = (one: typeof had, other: typeof had, sign: string) =>
    [...one].flatMap(([text, lines]) =>
      lines.slice(other.get(text)?.length ?? 0).map((of) => ({ says: `${sign} ${text}`, of })),
    );
  const changes = [...beyond(had, has, '-'), ...beyond(has, had, '+')];
  return changes.length > 0 ? changes : movedIn(old, now);
}

function movedIn(old: readonly Line[], now: readonly Line[]): Difference[] {
  const inOrder = (lines: readonly Line[]) =>
    Map.groupBy(
      lines.filter(({ rule }) => rule !== undefined),
      ({ chain }) => placeOf(chain),
    );
  const before = inOrder(old);
  return [...inOrder(now)].flatMap(([where, lines]) => {
    const at = lines.findIndex(({ text }, index) => before.get(where)?.[index]?.text !== text);
    const of = before.get(where)?.[at];
    if (of === undefined) return [];
    const from = of.text.slice(where.length + 2);
    return [{ says: `~ ${where}: the order of its rules has changed, from "${from}" on`, of }];
  });
}
