import type { Monitor } from '../model/monitor.ts';
import type { Part, PartContext } from '../model/part.ts';
import type { Checks } from './checks.ts';
import type { HeartbeatSpec } from './probes/heartbeat/heartbeat.ts';
import type { Pulses } from './pulses.ts';
import { heartbeatRoutes } from './server/heartbeats.ts';

export interface HeartbeatsOptions extends Pick<PartContext, 'clock' | 'log' | 'redact'> {
  readonly pulses: Pick<Pulses, 'keep'>;
  readonly checks: Pick<Checks, 'now'>;
}

/** Takes the reports of the heartbeats that the config names: each is durable, and then judged at once. */
export function openHeartbeats({
  clock,
  log,
  redact,
  pulses,
  checks,
}: HeartbeatsOptions): Part<{ readonly monitors: readonly Monitor[] }> {
  let known = new Map<string, Monitor>();
  return {
    configure({ monitors }) {
      known = new Map(monitors.filter(({ traits }) => traits.waitsForReports).map((one) => [one.name, one]));
    },
    routes: heartbeatRoutes({
      now: clock.now,
      known: (name) => known.get(name)?.spec as HeartbeatSpec | undefined,
      async keep(pulse) {
        await pulses.keep(pulse.log === undefined ? pulse : { ...pulse, log: redact(pulse.log) });
        checks.now(pulse.monitor).catch((error: unknown) => log(String(error)));
      },
      onRefused: (name, why) => log(`a heartbeat for ${JSON.stringify(name.slice(0, 80))} was refused: ${why}`),
    }),
    stop() {},
  };
}
