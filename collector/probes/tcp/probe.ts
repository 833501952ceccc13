import type { Socket } from 'node:net';
import type { Evidence, Finding } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { http } from '../../../model/metrics/http.ts';
import { tcp } from '../../../model/metrics/tcp.ts';
import { oneLine } from '../../../model/outside-text.ts';
import type { Probe, ProbeContext } from '../../../model/probe.ts';
import { quote, type Reason, reason, targetAfter } from '../../../model/reason.ts';
import type { Instant } from '../../../model/time.ts';
import { PatternTooSlow } from '../bounded-pattern.ts';
import { chainEvidence } from '../certificate.ts';
import { peerInWords } from '../connection-words.ts';
import type { Secured } from '../secure.ts';
import { judgeTls, shakeHands, tlsInWords, tlsSamples } from '../tls/handshake.ts';
import type { TlsSettings } from '../tls/tls-settings.ts';
import { type Course, connectionSamples, failureOf, openConnection, startCourse } from './open.ts';
import type { Step, TcpSpec } from './spec.ts';
import { type Talked, talk } from './talk.ts';

type Judged = Pick<Finding, 'verdict' | 'reason'>;

/** What happened on one connection, for the finding. */
interface Run {
  readonly course: Course;
  readonly now: Instant;
  secured?: Secured;
  talked?: Talked;
}

const PLAIN_TLS: TlsSettings = { verify: true };

/** Connects, secures the connection where that is asked for, and holds the dialogue. */
export const probe: Probe<TcpSpec> = async (spec, context) => {
  const run: Run = { course: startCourse(spec.address, context), now: context.clock.now() };
  let judged: Judged;
  try {
    judged = await converse(spec, run, context);
  } catch (error) {
    if (error instanceof PatternTooSlow) judged = { verdict: 'unknown', reason: error.reason };
    else judged = failureOf(error, run.course, context);
  } finally {
    run.course.enter();
    run.secured?.socket.destroy();
  }
  return { ...judged, ...measured(run), ...(judged.verdict !== 'up' && { evidence: evidenceOf(run) }) };
};

async function converse(spec: TcpSpec, run: Run, context: ProbeContext): Promise<Judged> {
  const { course } = run;
  const steps: readonly Step[] = spec.talk ?? (spec.expect === undefined ? [] : [{ expect: spec.expect }]);
  const later = steps.some((step) => step.starttls);
  const settings = spec.tls ?? (later ? PLAIN_TLS : undefined);
  const upgrade = async (socket: Socket): Promise<Socket | undefined> => {
    if (settings === undefined) return socket;
    course.enter('tls');
    run.secured = await shakeHands(socket, spec.address.host, settings, context);
    course.enter('talk');
    // To one that is not who it should be, nothing is said.
    return judgeTls(run.secured, settings, run.now)?.verdict === 'down' ? undefined : run.secured.socket;
  };
  const plain = await openConnection(course, spec.ip, context);
  const socket = later ? plain : await upgrade(plain);
  if (socket !== undefined) {
    course.enter('talk');
    run.talked = await talk(steps, socket, upgrade, context);
    if (!run.talked.ok) return { verdict: 'down', reason: run.talked.reason };
  }
  const trouble = run.secured && settings && judgeTls(run.secured, settings, run.now);
  return trouble ?? { verdict: 'up', reason: inWords(run) };
}

function inWords({ course, secured, talked, now }: Run): Reason {
  const peer = peerInWords({ address: course.peer?.address ?? course.endpoint.host, port: course.endpoint.port });
  const greeting = talked?.ok === true ? talked.greeting : undefined;
  const met =
    greeting === undefined
      ? reason`connected${targetAfter(' to ', peer)}`
      : reason`${quote(`"${greeting}"`, 'answered')}${targetAfter(' from ', peer)}`;
  return secured === undefined ? met : reason`${met}, ${tlsInWords(secured, now)}`;
}

function measured({ course, secured, talked, now }: Run): Pick<Finding, 'phases' | 'samples'> {
  // Silence is no wrong answer.
  const differed = talked?.ok === false && talked.heard !== '' ? 1 : 0;
  return {
    phases: course.phases,
    samples: [
      ...connectionSamples(course),
      ...(secured === undefined ? [] : tlsSamples(secured, now)),
      ...Object.entries(course.phases).map(([phase, ms]) => sample(tcp.duration, ms / 1_000, { phase })),
      sample(http.failedDueToRegex, differed),
    ],
  };
}

function evidenceOf({ secured, talked }: Run): Evidence {
  const heard = talked?.ok === false ? talked.heard.split('\n').filter((line) => line.trim() !== '') : [];
  return {
    ...(heard.length > 0 && { 'what came': heard.slice(0, 20).map((line) => oneLine(line)) }),
    ...(secured && chainEvidence(secured.chain())),
  };
}
