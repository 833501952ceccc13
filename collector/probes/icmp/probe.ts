import type { Finding } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { connection } from '../../../model/metrics/connection.ts';
import { icmp } from '../../../model/metrics/icmp.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { NameNotFound, type Probe, type ProbeContext, type Resolved } from '../../../model/probe.ts';
import {
  joinReasons,
  ours,
  quoteAfter,
  type Reason,
  reason,
  span,
  target,
  targetAfter,
} from '../../../model/reason.ts';
import { programPath } from '../../../programs/find-program.ts';
import { type Burst, figuresOf, lossOf } from './burst.ts';
import { lacksRight, noRoute } from './ping-output.ts';
import { findPingPrograms, type Order, type PingProgram } from './ping-programs.ts';
import { type Ran, runPing } from './run-ping.ts';
import type { IcmpSpec } from './spec.ts';
import { judgeBurst } from './verdict.ts';

/** Starting a program and reading its end take a little of the check's time. */
const MARGIN_MS = 300;
const LONGEST_WAIT_MS = 2_000;

/** Sends a burst of pings through fping or ping and judges it by what was lost. */
export const probe: Probe<IcmpSpec> = createIcmpProbe(programPath());

/** The probe, with the folders in which to look for a program to ping with, as PATH has them. */
export function createIcmpProbe(path: string): Probe<IcmpSpec> {
  return async (spec, context) => {
    const { clock, signal, timeoutMs } = context;
    const began = clock.monotonic();
    let resolved: Resolved;
    try {
      resolved = await context.resolve(spec.host, spec.ip ?? 0, signal);
    } catch (error) {
      if (error instanceof NameNotFound) return { verdict: 'down', reason: error.reason };
      throw error;
    }
    const [address] = resolved.addresses;
    if (address === undefined)
      return { verdict: 'down', reason: reason`${target(spec.host, 'a host')} has no address` };
    const lastsMs = (spec.count - 1) * spec.interval;
    const waitMs = Math.min(LONGEST_WAIT_MS, timeoutMs - (clock.monotonic() - began) - lastsMs - MARGIN_MS);
    if (waitMs < 50) return unknown(tooLong(spec, lastsMs, timeoutMs));
    const order: Order = { target: address, count: spec.count, intervalMs: spec.interval, size: spec.size, waitMs };
    const sent = await send(order, await findPingPrograms(path), context);
    return 'burst' in sent ? findingOf(sent.burst, sent.ran, resolved, spec) : unknown(sent.why);
  };
}

type Sent = { readonly burst: Burst; readonly ran: Ran } | { readonly why: Reason };

/** Tries the installed programs in turn: one may lack the right that the other has. */
async function send(order: Order, programs: readonly PingProgram[], context: ProbeContext): Promise<Sent> {
  if (programs.length === 0) return { why: ['neither fping nor ping is installed: apt install fping'] };
  const reasons: Reason[] = [];
  for (const program of programs) {
    const command = [program.path, ...program.argumentsFor(order)];
    context.trace?.('running', command.join(' '));
    try {
      const ran = await runPing(command, context.signal, context.clock);
      context.trace?.(`${program.name} said`, ran.output);
      const burst = program.read(ran.output) ?? unanswered(order, ran);
      if (burst !== undefined) return { burst, ran };
      reasons.push(whyNot(program, ran.output));
    } catch (error) {
      reasons.push(reason`${ours(program.name)} cannot be started${quoteAfter(': ', oneLine(String(error)))}`);
    }
  }
  return { why: joinReasons(reasons, '; ') };
}

/** A burst of which nothing came back, where the program itself could not say so. */
function unanswered(order: Order, { output, wasKilled }: Ran): Burst | undefined {
  const complaint = noRoute(output);
  if (complaint === undefined && !wasKilled) return undefined;
  return { sent: order.count, roundTripsMs: [], ...(complaint !== undefined && { complaint }) };
}

function whyNot(program: PingProgram, output: string): Reason {
  const name = ours(program.name);
  if (lacksRight(output))
    return reason`${name} may not send pings from here${targetAfter(': ', `setcap cap_net_raw+ep ${program.path}`)}`;
  return reason`${name} failed${quoteAfter(': ', oneLine(output, 120) || 'it printed nothing')}`;
}

function tooLong(spec: IcmpSpec, lastsMs: number, timeoutMs: number): Reason {
  const burst = reason`${spec.count} pings, one every ${spec.interval} ms, take ${span(lastsMs)}`;
  return reason`${burst}: too long for the ${span(timeoutMs)} that the check has`;
}

function unknown(why: Reason): Finding {
  return { verdict: 'unknown', reason: why };
}

function findingOf(burst: Burst, ran: Ran, resolved: Resolved, spec: IcmpSpec): Finding {
  const figures = figuresOf(burst.roundTripsMs);
  const phases = { resolve: resolved.tookMs, setup: ran.startedMs, ...(figures && { rtt: figures.avg }) };
  const { verdict, reason: why } = judgeBurst(burst, spec.loss);
  return {
    verdict,
    reason: why,
    phases,
    ...(figures && { latencyMs: figures.avg }),
    samples: [
      sample(connection.dnsLookupTime, resolved.tookMs / 1_000),
      sample(connection.ipProtocol, resolved.addresses[0]?.family ?? 0),
      ...Object.entries(phases).map(([phase, ms]) => sample(icmp.duration, ms / 1_000, { phase })),
      sample(icmp.lossRatio, lossOf(burst)),
      ...Object.entries(figures ?? {}).map(([stat, ms]) => sample(icmp.rtt, ms / 1_000, { stat })),
      ...(burst.hopLimit === undefined ? [] : [sample(icmp.replyHopLimit, burst.hopLimit)]),
    ],
    ...(verdict !== 'up' && { evidence: { 'what the program said': lines(ran.output) } }),
  };
}

function lines(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 30)
    .map((line) => oneLine(line));
}
