import type { Finding, Verdict } from '../../../model/finding.ts';
import type { Probe, ProbeContext } from '../../../model/probe.ts';
import { mapReason, reason } from '../../../model/reason.ts';
import { conclude } from './conclusion.ts';
import { evidenceOf } from './evidence.ts';
import type { HttpSpec } from './http-spec.ts';
import { travel } from './journey.ts';
import { type Prepared, prepare } from './prepared.ts';
import { phasesOf, samplesOf } from './samples.ts';

/** Asks a web server and judges its answer, over a fresh connection each time. */
export const probe: Probe<HttpSpec> = async (spec, context) => {
  const prepared = prepare(spec);
  if (spec.ip !== 'both') return ask(prepared, spec.ip ?? 0, context);
  const [four, six] = await Promise.all([ask(prepared, 4, context), ask(prepared, 6, context)]);
  return both(four, six);
};

async function ask(prepared: Prepared, family: 0 | 4 | 6, context: ProbeContext): Promise<Finding> {
  const hidden = hiding(context, prepared);
  const journey = await travel(prepared, family, hidden);
  const conclusion = await conclude(prepared, journey, hidden);
  return {
    verdict: conclusion.verdict,
    reason: mapReason(conclusion.reason, prepared.hide),
    phases: phasesOf(journey),
    samples: samplesOf(journey, conclusion, context.clock.now()),
    ...(conclusion.verdict !== 'up' && { evidence: evidenceOf(prepared, journey, conclusion) }),
  };
}

/** The same context, telling its steps without secrets. */
function hiding(context: ProbeContext, prepared: Prepared): ProbeContext {
  const { trace } = context;
  if (trace === undefined) return context;
  return {
    ...context,
    trace: (step, detail) => trace(step, detail === undefined ? undefined : prepared.hide(detail)),
  };
}

const WORSE: readonly Verdict[] = ['up', 'degraded', 'unknown', 'down'];

/** The worse of the two, which says how the other one fares. */
function both(four: Finding, six: Finding): Finding {
  const sixIsWorse = WORSE.indexOf(six.verdict) >= WORSE.indexOf(four.verdict);
  const [worse, other] = sixIsWorse ? [six, four] : [four, six];
  const [name, otherName] = sixIsWorse ? (['IPv6', 'IPv4'] as const) : (['IPv4', 'IPv6'] as const);
  if (worse.verdict === 'up') return { ...worse, reason: reason`${worse.reason} over IPv4 and IPv6` };
  const rest = other.verdict === 'up' ? ['fine'] : other.reason;
  return {
    ...worse,
    reason: reason`over ${name}: ${worse.reason} (${otherName}${other.verdict === 'up' ? ' ' : ': '}${rest})`,
  };
}
