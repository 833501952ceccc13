import { hasCode, messageOf } from '../model/errors.ts';
import type { Check, Finding } from '../model/finding.ts';
import type { Monitor } from '../model/monitor.ts';
import { quote, type Reason, reason, span } from '../model/reason.ts';
import type { Clock } from '../model/time.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { Vantage } from './vantage/vantage.ts';

/** A probe that has not ended this long after its deadline is left behind. */
const GRACE_MS = 1_000;

/**
 * One check: the same deadline, timing and isolation for every probe. A probe that throws or does not end in time is a
 * fault of ours, so the finding is unknown, and nothing else is hurt by it.
 */
export async function runCheck(
  monitor: Monitor,
  vantage: Vantage,
  clock: Clock,
  lateMs: number,
  heldUpSince: (monotonic: number) => number,
): Promise<Check> {
  const at = clock.now();
  const steadyAt = clock.steady();
  const began = clock.monotonic();
  const seen = await check(monitor, vantage, clock);
  const durationMs = clock.monotonic() - began;
  const heldUpMs = heldUpSince(began);
  const finding = judgeSpeed(excuseFrozen(seen, monitor, durationMs, heldUpMs), monitor, durationMs, heldUpMs);
  return {
    monitor: monitor.name,
    vantage: vantage.name,
    at,
    steadyAt,
    durationMs,
    lateMs,
    ...(heldUpMs > 0 && { heldUpMs }),
    finding,
  };
}

async function check({ name, kind, spec, timeoutMs }: Monitor, vantage: Vantage, clock: Clock): Promise<Finding> {
  try {
    return await withDeadline({ clock, ms: timeoutMs, graceMs: GRACE_MS }, (signal) =>
      vantage.check({ monitor: name, kind, spec, timeoutMs }, signal),
    );
  } catch (error) {
    return fault(
      hasCode(error, 'left-behind')
        ? ['the check did not end at its deadline']
        : [quote(messageOf(error), 'a fault of ours')],
    );
  }
}

function fault(why: Reason): Finding {
  return { verdict: 'unknown', reason: reason`the check itself failed: ${why}` };
}

/** A deadline that passed while this process itself stood still says nothing of the target. */
function excuseFrozen(finding: Finding, { timeoutMs }: Monitor, durationMs: number, heldUpMs: number): Finding {
  const late = finding.verdict === 'down' && durationMs >= timeoutMs && durationMs - heldUpMs < timeoutMs / 2;
  return late ? fault(reason`this process was held up for ${span(heldUpMs)} meanwhile`) : finding;
}

/** A good answer that took too long is degraded, unless it was our own loop that was slow. */
function judgeSpeed(finding: Finding, monitor: Monitor, durationMs: number, heldUpMs: number): Finding {
  const tookMs = finding.latencyMs ?? durationMs;
  if (finding.verdict !== 'up' || monitor.slowMs === undefined || tookMs - heldUpMs <= monitor.slowMs) return finding;
  return {
    ...finding,
    verdict: 'degraded',
    reason: reason`slow: ${span(tookMs)}, wanted under ${span(monitor.slowMs)}`,
  };
}
