import type { Outside } from '../../../model/outside.ts';
import type { FirewallFinding, PortReport } from '../report.ts';
import { keyOf, type Observation } from './observe.ts';

/** What the rules say of each port, by who knocks. */
export interface Predictions {
  /** Of a stranger who enters by the veth pair, and of somebody on this machine. */
  readonly veth: readonly PortReport[];
  /** Of a stranger who enters by the outer interface. */
  readonly outer: readonly PortReport[];
}

/**
 * Where knocking and the rules, or the machine and the stranger, disagree. A port that strangers are not to reach (`allowed`) may well
 * answer the machine alone.
 */
export function skewsOf(
  { veth, outer }: Predictions,
  observations: readonly Observation[],
  { enters }: Outside,
  allowed?: readonly string[],
): FirewallFinding[] {
  const byKey = (ports: readonly PortReport[], from: string) =>
    new Map(ports.filter((one) => one.from === from).map((one) => [keyOf(one), one]));
  const strangers = byKey(veth, 'outside');
  const locals = byKey(veth, 'host');
  const outers = byKey(outer, 'outside');
  const nameOf = ({ container, port, proto }: PortReport) => `${container}:${port}/${proto}`;
  const reached = observations.filter((one) => one.outside === 'reachable').map((one) => strangers.get(one.key));
  /** Ports that strangers reach by one of their addresses at least. */
  const open = new Set(reached.flatMap((one) => (one === undefined ? [] : [nameOf(one)])));
  return observations.flatMap((seen) => {
    const stranger = strangers.get(seen.key);
    const outside = outers.get(seen.key) ?? stranger;
    if (stranger === undefined || outside === undefined) return [];
    const subject = nameOf(outside);
    const make = (severity: FirewallFinding['severity'], says: string, by: PortReport = stranger): FirewallFinding => ({
      check: 'vantage_skew',
      severity,
      subject,
      says,
      evidence: [...seen.evidence, `the rules: ${by.why}`],
      ...(by.fix !== undefined && { fix: by.fix }),
      ...(by.sideEffect !== undefined && { sideEffect: by.sideEffect }),
    });
    if (disagree(stranger.verdict, seen.outside))
      return make(
        'warning',
        `By the rules ${subject} is ${stranger.verdict} for a stranger who enters by ${enters}, and one who knocked found it ${seen.outside}: what is said of it from outside is not to be trusted.`,
      );
    const local = locals.get(seen.key);
    if (local !== undefined && disagree(local.verdict, seen.inside))
      return make(
        'warning',
        `By the rules ${subject} is ${local.verdict} from this machine itself, and it was found ${seen.inside}.`,
        local,
      );
    if (stranger.onPurpose) return [];
    const meant = allowed === undefined || allowed.includes(`${outside.port}/${outside.proto}`);
    if (meant && seen.inside === 'reachable' && seen.outside === 'blocked')
      return make(
        open.has(subject) ? 'warning' : 'critical',
        `${subject} answers this machine itself, and a stranger who knocks is ${rejected(stranger)}.`,
      );
    return [];
  });
}

/** The ports of which knocking has shown that the rules say something else: what is predicted of them is not to be trusted. */
export function distrusted(veth: readonly PortReport[], observations: readonly Observation[]): ReadonlySet<string> {
  const seen = new Map(observations.map((one) => [one.key, one.outside]));
  return new Set(
    veth.filter((one) => one.from === 'outside' && disagree(one.verdict, seen.get(keyOf(one)) ?? 'unknown')).map(keyOf),
  );
}

function disagree(predicted: string, observed: string): boolean {
  return predicted !== 'unknown' && observed !== 'unknown' && predicted !== observed;
}

function rejected({ rule, verdict }: PortReport): string {
  return verdict === 'blocked' && rule !== '' ? `turned away by ${rule}` : 'turned away';
}
