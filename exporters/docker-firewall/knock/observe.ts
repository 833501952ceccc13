import { fileURLToPath } from 'node:url';
import { messageOf } from '../../../model/errors.ts';
import type { Outside } from '../../../model/outside.ts';
import { runProgram } from '../../../programs/run-program.ts';
import type { PortReport, PortVerdict } from '../report.ts';
import type { Snapshot } from '../snapshot.ts';
import { containerAddresses, doorFor } from './doors.ts';
import { type Answer, knockAll, type Target } from './knock.ts';

/** What was found at one published port, by knocking. */
export interface Observation {
  /** Which port: see `keyOf`. */
  readonly key: string;
  /** What a stranger, and somebody on the machine itself, can reach. */
  readonly outside: PortVerdict;
  readonly inside: PortVerdict;
  /** What each met, for whoever looks closer. */
  readonly evidence: readonly string[];
}

/** So many ports are knocked on at most. */
const LIMIT = 256;
/**
 * Programs let an empty datagram pass, and docker-proxy does not pass it on (moby, cmd/docker-proxy/udp_proxy.go): one that answers it
 * anyway is told this at its doors.
 */
const BYTE = '\n';

/** Names a published port, whoever asks for it. */
export function keyOf({ container, port, proto, hostAddress }: PortReport): string {
  return `${container} ${hostAddress} ${port}/${proto}`;
}

/** Where to knock for one port: at its doors, and at the container itself. */
interface Visit {
  readonly key: string;
  readonly outside: Target;
  readonly inside: Target;
  readonly direct: readonly Target[];
}

/** What a stranger, and this machine, met at the doors of one port. */
interface Met {
  readonly stranger: Answer;
  readonly local: Answer;
}

/**
 * Knocks on the published ports from outside, from the machine itself, and on the containers directly, which tells a port that is
 * blocked from one where nobody listens. Rejects, in words, when the stranger cannot knock.
 */
export async function observe(
  ports: readonly PortReport[],
  snapshot: Snapshot,
  outside: Outside,
  signal: AbortSignal,
): Promise<Observation[]> {
  const visits = visitsTo(ports, snapshot, outside);
  if (visits.length === 0) return [];
  const [first, directs] = await Promise.all([
    knockAtDoors(visits, outside, signal),
    Promise.all(visits.map((one) => knockAll(one.direct))),
  ]);
  const isUnheard = ({ inside }: Visit, index: number) =>
    inside.proto === 'udp' &&
    directs[index]?.includes('open') === true &&
    (first[index]?.stranger !== 'open' || first[index]?.local !== 'open');
  const unheard = visits.filter(isUnheard);
  const again = unheard.length === 0 ? [] : await knockAtDoors(unheard.map(aloud), outside, signal);
  return visits.map((visit, index) => {
    const met = again[unheard.indexOf(visit)] ?? first[index];
    return conclude(visit, met ?? { stranger: 'silent', local: 'silent' }, directs[index] ?? []);
  });
}

function visitsTo(ports: readonly PortReport[], snapshot: Snapshot, outside: Outside): readonly Visit[] {
  const known = new Map(ports.filter(({ from }) => from === 'outside').map((one) => [keyOf(one), one]));
  return [...known.values()].slice(0, LIMIT).flatMap((port) => {
    const { proto } = port;
    const door = doorFor(port, outside);
    if (door === undefined) return [];
    const direct = containerAddresses(port, snapshot).map((address) => ({ proto, address, port: port.containerPort }));
    return [
      {
        key: keyOf(port),
        outside: { proto, address: door.outside, port: port.port },
        inside: { proto, address: door.inside, port: port.port },
        direct,
      },
    ];
  });
}

async function knockAtDoors(visits: readonly Visit[], outside: Outside, signal: AbortSignal): Promise<Met[]> {
  const strangers = visits.map((one) => one.outside);
  const locals = visits.map((one) => one.inside);
  const [stranger, local] = await Promise.all([sendStranger(strangers, outside, signal), knockAll(locals)]);
  return visits.map((_, index) => ({ stranger: stranger[index] ?? 'silent', local: local[index] ?? 'silent' }));
}

function aloud(visit: Visit): Visit {
  return { ...visit, outside: { ...visit.outside, says: BYTE }, inside: { ...visit.inside, says: BYTE } };
}

function conclude({ key, outside, inside, direct }: Visit, met: Met, answers: readonly Answer[]): Observation {
  const best = bestOf(answers);
  return {
    key,
    outside: verdictOf(met.stranger, best, outside.proto),
    inside: verdictOf(met.local, best, inside.proto),
    evidence: [
      inWords('a stranger', met.stranger, outside),
      inWords('this machine', met.local, inside),
      ...direct.map((one, at) => inWords('this machine', answers[at] ?? 'silent', one)),
    ],
  };
}

/**
 * What one answer says of the way. Whoever answers was reached. Silence, or word that there is no way, means blocked where the container
 * itself would have answered; a refusal only where the container would not have refused.
 */
export function verdictOf(answer: Answer, direct: Answer, proto: 'tcp' | 'udp'): PortVerdict {
  if (answer === 'open') return 'reachable';
  if (direct === 'open') return 'blocked';
  // Most programs are silent to an empty datagram; and of refusals by ICMP the kernel sends only so many a second.
  if (proto === 'udp') return answer !== 'silent' && direct === 'silent' ? 'blocked' : 'unknown';
  return direct === 'refused' && answer !== 'refused' ? 'blocked' : 'unknown';
}

const WORTH: readonly Answer[] = ['open', 'refused', 'silent', 'unreachable'];

function bestOf(answers: readonly Answer[]): Answer {
  return WORTH.find((one) => answers.includes(one)) ?? 'unreachable';
}

const MET: Readonly<Record<Answer, string>> = {
  open: 'was answered',
  refused: 'was refused',
  unreachable: 'was told that there is no way',
  silent: 'got no answer',
};

function inWords(who: string, answer: Answer, { proto, address, port }: Target): string {
  const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return `${who} knocked on ${place}/${proto} and ${MET[answer]}`;
}

async function sendStranger(targets: readonly Target[], outside: Outside, signal: AbortSignal): Promise<Answer[]> {
  const program = fileURLToPath(new URL('./stranger.ts', import.meta.url));
  const command = [...outside.door, process.execPath, '--max-semi-space-size=1', program];
  try {
    return JSON.parse(await runProgram(command, { signal, input: JSON.stringify(targets), env: process.env }));
  } catch (error) {
    throw new Error(`the stranger could not knock: ${messageOf(error)}`);
  }
}
