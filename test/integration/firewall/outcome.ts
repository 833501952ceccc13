import type { FirewallFinding, PortReport, Report } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import type { Scenario } from './scenario.ts';
import { type Knocked, portInWords } from './truth.ts';

/** A published port from one place: what a client found, and what was said. */
export interface Comparison {
  readonly knocked: Knocked;
  readonly reached: boolean;
  readonly said: PortReport | undefined;
}

/** What came of one scenario. */
export interface Outcome {
  readonly name: string;
  readonly comparisons: readonly Comparison[];
  readonly findings: readonly FirewallFinding[];
  readonly snapshot: Snapshot;
  /** What is wrong with the report, in words; empty when nothing is. */
  readonly wrong: readonly string[];
}

/** The report's line on a port. */
export function lineOn(report: Report, knocked: Knocked): PortReport | undefined {
  return report.ports.find(
    (one) =>
      one.container === knocked.container &&
      one.port === knocked.port &&
      one.proto === knocked.proto &&
      one.family === knocked.family &&
      one.hostAddress === knocked.hostAddress &&
      one.from === knocked.from,
  );
}

/** Whether a verdict is there and is neither the truth nor unknown. */
export function isFalse({ reached, said }: Comparison): boolean {
  return said === undefined || (said.verdict !== 'unknown' && (said.verdict === 'reachable') !== reached);
}

/** How many verdicts are unknown. */
export function countUnknown(comparisons: readonly Comparison[]): number {
  return comparisons.filter(({ said }) => said?.verdict === 'unknown').length;
}

/** What contradicts the truth or what the scenario says must be found. */
export function findFaults(
  { finds, breaks }: Pick<Scenario, 'finds' | 'breaks'>,
  lost: boolean,
  comparisons: readonly Comparison[],
  findings: readonly FirewallFinding[],
): readonly string[] {
  const verdicts = verdictsAgainst(comparisons);
  const world =
    lost === breaks ? [] : [`the scenario ${lost ? 'takes a port from strangers' : 'takes no port from strangers'}`];
  if (finds === undefined) return [...world, ...verdicts, ...findings.map((one) => `false alarm: ${inWords(one)}`)];
  const there = new Set(findings.map(({ check }) => check));
  const absent = finds.checks.filter((one) => !there.has(one)).map((one) => `${one} was not found`);
  const beside = findings
    .filter((one) => !finds.cause.test(inWords(one)))
    .map((one) => `does not name the cause ${finds.cause}: ${inWords(one)}`);
  return [...world, ...verdicts, ...absent, ...beside];
}

/** The verdicts that are not the truth, in words. */
export function verdictsAgainst(comparisons: readonly Comparison[]): readonly string[] {
  return comparisons.filter(isFalse).map(({ knocked, reached, said }) => {
    const truth = reached ? 'reachable' : 'blocked';
    return `${portInWords(knocked)}: is ${truth}, said to be ${said ? `${said.verdict}: ${said.why} (${said.rule})` : 'nothing'}`;
  });
}

/** A finding on one line. */
export function inWords({ check, subject, says, evidence }: FirewallFinding): string {
  return [`${check} (${subject}): ${says}`, ...evidence].join(' | ');
}
