import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { createClock } from '../collector/clock.ts';
import { isLoopback } from '../exporters/docker-firewall/knock/doors.ts';
import { readSnapshot, SnapshotInvalid } from '../exporters/docker-firewall/read-snapshot.ts';
import type { PortReport, Report } from '../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../exporters/docker-firewall/snapshot.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import { dockerSocketPath } from '../programs/docker.ts';
import { writeFileAtomically } from '../runtime/atomic-file.ts';
import { EXIT } from './exit-codes.ts';
import { chosenPorts, NoSuchPort } from './firewall-choice.ts';
import { reportInWords } from './firewall-words.ts';

interface ExplainOptions {
  readonly json?: true;
  readonly replay?: string;
  readonly from?: string;
  readonly socket?: string;
}

/** Programs and Docker have so long each; this is for all together. */
const LONGEST_MS = 30_000;

/** `signalbox firewall`: what the firewall makes of Docker's published ports, without a running box and without a config. */
export function firewallCommand(): Command {
  return new Command('firewall')
    .description("whether Docker's published ports are reachable, and which rule decides it")
    .addCommand(explainCommand())
    .addCommand(snapshotCommand());
}

function explainCommand(): Command {
  return new Command('explain')
    .description('walk the rules for every published port, from outside, from this machine and from other networks')
    .argument('[port]', 'only this one, with every chain on its way: container:port, a container or a port')
    .option('--from <address>', 'the stranger has this address; any that enters by the default route when left out')
    .option('--replay <file>', 'a snapshot from a file instead of this machine')
    .option('--socket <path>', "Docker's socket; by DOCKER_HOST or /var/run/docker.sock when left out")
    .option('--json', 'as JSON')
    .action(async (port: string | undefined, options: ExplainOptions) => {
      process.exitCode = await explain(port, options).catch(whatWentWrong);
    });
}

function snapshotCommand(): Command {
  return new Command('snapshot')
    .description('write down everything that the walk depends on; no environment, command or label of a container')
    .option('--to <file>', 'write it there, whole or not at all, for its owner and group to read; else it is printed')
    .option('--socket <path>', "Docker's socket; by DOCKER_HOST or /var/run/docker.sock when left out")
    .action(async (options: { to?: string; socket?: string }) => {
      process.exitCode = await snapshotTo(options).catch(whatWentWrong);
    });
}

async function explain(asked: string | undefined, options: ExplainOptions): Promise<number> {
  const { isIP } = await import('node:net');
  if (options.from !== undefined && isIP(options.from) === 0)
    throw new CalledWrongly(`--from: came ${JSON.stringify(options.from)}, wanted an IP address`);
  const snapshot = options.replay === undefined ? await take(options.socket) : await replay(options.replay);
  const { evaluate } = await import('../exporters/docker-firewall/evaluate.ts');
  const whole = evaluate(snapshot, options.from === undefined ? {} : { from: options.from });
  const report = asked === undefined ? whole : only(whole, chosenPorts(whole.ports, asked, snapshot));
  const { missing } = snapshot;
  if (options.json) console.log(JSON.stringify({ ...report, missing }));
  else
    for (const line of reportInWords(report, snapshot, asked !== undefined, process.stdout.columns)) console.log(line);
  return exitCodeFor(report, snapshot, asked !== undefined);
}

/** The chosen ports, and what was found about them or about the machine. */
function only(report: Report, ports: readonly PortReport[]): Report {
  const subjects = new Set(ports.map(({ container, port, proto }) => `${container}:${port}/${proto}`));
  const others = new Set(
    report.ports
      .map(({ container, port, proto }) => `${container}:${port}/${proto}`)
      .filter((one) => !subjects.has(one)),
  );
  return { ...report, ports, findings: report.findings.filter(({ subject }) => !others.has(subject)) };
}

function exitCodeFor({ ports, findings }: Report, { missing }: Snapshot, asked: boolean): number {
  // What is bound to loopback is for this machine alone.
  const meant = ({ from, hostAddress, onPurpose }: PortReport) =>
    from === (isLoopback(hostAddress) ? 'host' : 'outside') && onPurpose !== true;
  const outside = ports.filter(meant);
  if (findings.some(({ severity }) => severity === 'critical')) return EXIT.bad;
  if (outside.some(({ verdict }) => verdict === 'blocked')) return EXIT.bad;
  return missing.length > 0 || (asked && outside.some(({ verdict }) => verdict === 'unknown'))
    ? EXIT.unknown
    : EXIT.fine;
}

async function take(socket: string | undefined): Promise<Snapshot> {
  const { takeSnapshot } = await import('../exporters/docker-firewall/take-snapshot.ts');
  const snapshot = await takeSnapshot({
    clock: createClock(),
    ...(socket !== undefined && { dockerSocket: socket }),
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  if (socket !== undefined && snapshot.docker === undefined && snapshot.missing.every(({ part }) => part !== 'docker'))
    throw new CalledWrongly(`--socket: there is no Docker at ${dockerSocketPath(socket)}`);
  return snapshot;
}

async function replay(path: string): Promise<Snapshot> {
  const file = resolve(path);
  const written = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = hasCode(error, 'ENOENT') ? `there is no file ${file}` : `${file} cannot be read: ${messageOf(error)}`;
    throw new CalledWrongly(`--replay: ${why}`);
  });
  return readSnapshot(written, path);
}

async function snapshotTo({ to, socket }: { to?: string; socket?: string }): Promise<number> {
  const snapshot = await take(socket);
  if (to === undefined) console.log(JSON.stringify(snapshot));
  else await writeFileAtomically(resolve(to), `${JSON.stringify(snapshot)}\n`, { mode: 0o640 });
  for (const { part, why } of snapshot.missing) console.error(`${part} cannot be read: ${why}`);
  return snapshot.missing.length === 0 ? EXIT.fine : EXIT.unknown;
}

class CalledWrongly extends Error {}

function whatWentWrong(error: unknown): number {
  if (error instanceof CalledWrongly || error instanceof NoSuchPort || error instanceof SnapshotInvalid) {
    console.error(error.message);
    return EXIT.usage;
  }
  throw error;
}
