import type { Finding } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { tls } from '../../../model/metrics/tls.ts';
import type { Probe } from '../../../model/probe.ts';
import { chainEvidence } from '../certificate.ts';
import type { Secured } from '../secure.ts';
import { connectionSamples, failureOf, openConnection, startCourse } from '../tcp/open.ts';
import { judgeTls, shakeHands, tlsInWords, tlsSamples } from './handshake.ts';
import type { TlsSpec } from './spec.ts';

/** Connects, shakes hands and judges the certificate and the version; nothing is said inside. */
export const probe: Probe<TlsSpec> = async (spec, context) => {
  const course = startCourse(spec.address, context);
  let secured: Secured | undefined;
  let judged: Pick<Finding, 'verdict' | 'reason'>;
  const now = context.clock.now();
  try {
    const socket = await openConnection(course, spec.ip, context);
    course.enter('tls');
    secured = await shakeHands(socket, spec.address.host, spec, context);
    judged = judgeTls(secured, spec, now) ?? { verdict: 'up', reason: tlsInWords(secured, now) };
  } catch (error) {
    judged = failureOf(error, course, context);
  } finally {
    course.enter();
    secured?.socket.destroy();
  }
  return {
    ...judged,
    phases: course.phases,
    samples: [
      ...connectionSamples(course),
      ...(secured === undefined ? [] : tlsSamples(secured, now)),
      ...Object.entries(course.phases).map(([phase, ms]) => sample(tls.duration, ms / 1_000, { phase })),
    ],
    ...(judged.verdict !== 'up' && secured !== undefined && { evidence: chainEvidence(secured.chain()) }),
  };
};
