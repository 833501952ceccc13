import type { Probe, ProbeContext } from '../../model/probe.ts';
import type { ProbeKind } from '../probes/index.ts';
import type { Vantage } from './vantage.ts';

/** What every probe is handed, whatever it checks. */
export type Surroundings = Pick<ProbeContext, 'clock' | 'resolve' | 'pulses' | 'absence' | 'units'>;

/** The box itself: runs probes in this process, each kind loaded at its first check. */
export function localVantage(kinds: Readonly<Record<string, ProbeKind>>, surroundings: Surroundings): Vantage {
  const loaded = new Map<string, Promise<Probe<unknown>>>();
  const load = (kind: string): Promise<Probe<unknown>> => {
    let probe = loaded.get(kind);
    if (probe === undefined) {
      const known = kinds[kind];
      if (known === undefined) throw new Error(`there is no probe of the kind ${kind}`);
      // The config door has validated each spec with its kind's own schema.
      probe = known.probe() as Promise<Probe<unknown>>;
      loaded.set(kind, probe);
    }
    return probe;
  };
  return {
    name: 'local',
    async check({ monitor, kind, spec, timeoutMs, trace }, signal) {
      const probe = await load(kind);
      return probe(spec, { ...surroundings, monitor, signal, timeoutMs, ...(trace === undefined ? {} : { trace }) });
    },
    async stop() {},
  };
}
