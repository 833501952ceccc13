import { isLoopback } from '../exporters/docker-firewall/knock/doors.ts';
import type { FirewallFinding, PortReport, Report } from '../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../exporters/docker-firewall/snapshot.ts';
import { alignedTable } from './table.ts';

/** A report for people, line by line; `walk` shows every chain on the way. */
export function reportInWords({ ports, findings }: Report, snapshot: Snapshot, walk: boolean): string[] {
  const lines = [
    ...aboutDocker(ports, snapshot),
    ...(walk ? ports.flatMap(walkInWords) : tableOf(ports.filter(isWorthARow))),
    ...findings.flatMap(findingInWords),
    ...snapshot.missing.flatMap(({ part, why }, index) => [
      ...(index === 0 ? [''] : []),
      `${part} cannot be read: ${why}`,
    ]),
  ];
  return lines.map(printable);
}

function aboutDocker(ports: readonly PortReport[], { docker, missing }: Snapshot): string[] {
  if (ports.length > 0 || missing.some(({ part }) => part === 'docker')) return [];
  if (docker === undefined) return ['There is no Docker on this machine.'];
  return [`Docker runs ${docker.containers.length} containers, and none publishes a port.`];
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
      return [same ? '' : name, one.from, one.verdict.toUpperCase(), one.why];
    }),
  );
}

function nameOf({ container, hostAddress, port, proto }: PortReport): string {
  const place = hostAddress.includes(':') ? `[${hostAddress}]:${port}` : `${hostAddress}:${port}`;
  return `${container}  ${place}/${proto}`;
}

function walkInWords(one: PortReport): string[] {
  const { from, verdict, why, rule, packets, by, fix, walk } = one;
  return [
    `${nameOf(one)} from ${from}: ${verdict.toUpperCase()}`,
    `  ${why}`,
    ...(rule === '' ? [] : [`  decided by  ${rule}${packets === undefined ? '' : ` (${packets} packets so far)`}`]),
    ...(by === undefined ? [] : [`  answered by ${by === 'proxy' ? 'docker-proxy' : 'the container'}`]),
    ...walk.map((step, index) => `  ${String(index + 1).padStart(4)}  ${step}`),
    ...(fix === undefined ? [] : [`  to mend it: ${fix}`]),
    '',
  ];
}

function findingInWords({ check, severity, subject, says, evidence, fix }: FirewallFinding): string[] {
  return [
    '',
    `${severity.toUpperCase()} ${check} (${subject})`,
    `  ${says}`,
    ...evidence.map((line) => `    ${line}`),
    ...(fix === undefined ? [] : [`  to mend it: ${fix}`]),
  ];
}

/** Names and comments of rules come from outside, and must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
