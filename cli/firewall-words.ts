import { isLoopback } from '../exporters/docker-firewall/knock/doors.ts';
import type { FirewallFinding, PortReport, Report } from '../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../exporters/docker-firewall/snapshot.ts';
import { alignedTable, wrapped, wrappedWords } from './table.ts';

/** Where a line that is too long goes on. */
const CONTINUED = 6;

/** A report for people, line by line, its sentences in so many columns; `walk` shows every chain on the way. */
export function reportInWords(
  { ports, findings }: Report,
  snapshot: Snapshot,
  walk: boolean,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const rows = walk
    ? ports.flatMap((port, index) => [...(index === 0 ? [] : ['']), ...walkInWords(port, width)])
    : tableOf(ports.filter(isWorthARow)).flatMap((line) => wrapped(line, width, CONTINUED));
  const missing = snapshot.missing.map(({ part, why }) => `${part} cannot be read: ${why}`);
  const lines = [
    ...aboutDocker(ports, snapshot),
    ...rows,
    ...findings.flatMap((finding) => findingInWords(finding, width)),
    ...(missing.length === 0 ? [] : ['', ...missing]),
  ];
  return lines.map(printable);
}

function aboutDocker(ports: readonly PortReport[], { docker, missing }: Snapshot): string[] {
  if (ports.length > 0 || missing.some(({ part }) => part === 'docker')) return [];
  if (docker === undefined) return ['There is no Docker on this machine.'];
  const count = docker.containers.length;
  if (count === 0) return ['Docker runs no container.'];
  return [
    count === 1
      ? 'Docker runs one container, and it publishes no port.'
      : `Docker runs ${count} containers, and none publishes a port.`,
  ];
}

/** What is bound to loopback is closed to all others on purpose. */
function isWorthARow({ hostAddress, from }: PortReport): boolean {
  return from === 'host' || !isLoopback(hostAddress);
}

function tableOf(ports: readonly PortReport[]): string[] {
  return alignedTable(
    ports.map((one, index) => {
      const before = ports[index - 1];
      const name = nameOf(one);
      const same = before !== undefined && nameOf(before) === name;
      return [same ? '' : name, one.from, one.verdict.toUpperCase(), inShort(one)];
    }),
  );
}

/** What is well needs no sentence. */
function inShort({ verdict, why, by }: PortReport): string {
  if (verdict !== 'reachable') return why;
  return by === 'proxy' ? 'through docker-proxy' : 'through a DNAT rule';
}

function nameOf({ container, hostAddress, port, proto }: PortReport): string {
  const place = hostAddress.includes(':') ? `[${hostAddress}]:${port}` : `${hostAddress}:${port}`;
  return `${container}  ${place}/${proto}`;
}

/** A sentence may go on below; a rule or a command stays in one piece, to be copied. */
function walkInWords(one: PortReport, width: number): string[] {
  const { from, verdict, why, rule, packets, by, walk } = one;
  return [
    `${nameOf(one)} from ${from}: ${verdict.toUpperCase()}`,
    ...wrappedWords(`  ${why}`, width, CONTINUED),
    ...(rule === '' ? [] : [`  decided by  ${rule}${packets === undefined ? '' : ` (${inPackets(packets)} so far)`}`]),
    ...(by === undefined ? [] : [`  answered by ${by === 'proxy' ? 'docker-proxy' : 'the container'}`]),
    ...walk.map((step, index) => `  ${String(index + 1).padStart(4)}  ${step}`),
    ...cureInWords(one, width),
  ];
}

function inPackets(count: number): string {
  return count === 1 ? 'one packet' : `${count} packets`;
}

/** The command in one piece, to be copied. */
function cureInWords({ fix, sideEffect }: Pick<FirewallFinding, 'fix' | 'sideEffect'>, width: number): string[] {
  if (fix === undefined) return [];
  const beside = sideEffect === undefined ? [] : wrappedWords(`  beside that: ${sideEffect}`, width, CONTINUED);
  return [`  to mend it: ${fix}`, ...beside];
}

function findingInWords(finding: FirewallFinding, width: number): string[] {
  const { check, severity, subject, says, evidence } = finding;
  return [
    '',
    `${severity.toUpperCase()} ${check} (${subject})`,
    ...wrappedWords(`  ${says}`, width, CONTINUED),
    ...evidence.map((line) => `    ${line}`),
    ...cureInWords(finding, width),
  ];
}

/** Names and comments of rules come from outside, and must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
