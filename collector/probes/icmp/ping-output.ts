import { oneLine } from '../../../model/outside-text.ts';
import type { Burst } from './burst.ts';

/** Reads what `fping -C` printed: one line with a round trip or a dash a ping; undefined when there is none. */
export function readFping(output: string): Burst | undefined {
  const summary = /^\S+\s*: ((?:\d+(?:\.\d+)?|-)(?: (?:\d+(?:\.\d+)?|-))*)\s*$/m.exec(output)?.[1];
  if (summary === undefined) return undefined;
  const tries = summary.split(' ');
  const [, said, router] = /^ICMP (.{1,80}?) from (\S+) for ICMP Echo/m.exec(output) ?? [];
  const unsent = /error while sending ping: (.{1,80})$/m.exec(output)?.[1];
  const complaint = said === undefined ? unsent : `${said} from ${router}`;
  return {
    sent: tries.length,
    roundTripsMs: tries.filter((one) => one !== '-').map(Number),
    ...(complaint !== undefined && { complaint: oneLine(complaint) }),
  };
}

/** Reads what ping of iputils or busybox printed; undefined when it did not come to send. */
export function readPing(output: string): Burst | undefined {
  const sent = /^(\d+) packets transmitted/m.exec(output)?.[1];
  if (sent === undefined) return undefined;
  const roundTripsMs: number[] = [];
  const seen = new Set<string>();
  let hopLimit: number | undefined;
  // iputils: `icmp_seq=1 ttl=64 time=0.047 ms`; busybox: `seq=0 ttl=64 time=0.047 ms`. A second answer to the same ping does not count.
  for (const [, sequence = '', ttl, ms] of output.matchAll(
    /seq=(\d+)(?: (?:ttl|hlim)=(\d+))? time[=<](\d+(?:\.\d+)?) ms/g,
  )) {
    if (seen.has(sequence)) continue;
    seen.add(sequence);
    roundTripsMs.push(Number(ms));
    hopLimit ??= ttl === undefined ? undefined : Number(ttl);
  }
  const [, router, said] = /^From (\S+?):? icmp_seq=\d+ (.{1,80})$/m.exec(output) ?? [];
  return {
    sent: Number(sent),
    roundTripsMs,
    ...(hopLimit !== undefined && { hopLimit }),
    ...(said !== undefined && { complaint: oneLine(`${said} from ${router}`) }),
  };
}

/** What the system said when it knows no way to the target, and nothing was sent: no fault of the program, and the target is not reached. */
export function noRoute(output: string): string | undefined {
  return /network is unreachable|no route to host/i.exec(output)?.[0].toLowerCase();
}

/** Whether a program failed for want of the right to open an ICMP socket. */
export function lacksRight(output: string): boolean {
  return /operation not permitted|permission denied|must run as root|are you root|lacking privilege|cap_net_raw/i.test(
    output,
  );
}
