import type { Probe } from '../../model/probe.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';

/** One kind of probe: its settings for the config door, its work for the runner, each loaded only where and when it is needed. */
export interface ProbeKind {
  readonly settings: () => Promise<ProbeSpec<never>>;
  readonly probe: () => Promise<Probe<never>>;
}

/** Sees to it that a kind's settings and its probe speak of the same spec; the list then forgets which. */
function kind<Spec>(
  spec: () => Promise<{ readonly settings: ProbeSpec<Spec> }>,
  work: () => Promise<{ readonly probe: Probe<Spec> }>,
): ProbeKind {
  return {
    settings: async () => (await spec()).settings as unknown as ProbeSpec<never>,
    probe: async () => (await work()).probe,
  };
}

/** The list of all kinds. A kind is a folder beside this file, with `spec.ts` and `probe.ts`, and a line here; what others must know of it are its traits. */
export const probeKinds: Readonly<Record<string, ProbeKind>> = {
  http: kind(
    () => import('./http/spec.ts'),
    () => import('./http/probe.ts'),
  ),
  tcp: kind(
    () => import('./tcp/spec.ts'),
    () => import('./tcp/probe.ts'),
  ),
  tls: kind(
    () => import('./tls/spec.ts'),
    () => import('./tls/probe.ts'),
  ),
  dns: kind(
    () => import('./dns/spec.ts'),
    () => import('./dns/probe.ts'),
  ),
  icmp: kind(
    () => import('./icmp/spec.ts'),
    () => import('./icmp/probe.ts'),
  ),
  heartbeat: kind(
    () => import('./heartbeat/spec.ts'),
    () => import('./heartbeat/probe.ts'),
  ),
  systemd: kind(
    () => import('./systemd/spec.ts'),
    () => import('./systemd/probe.ts'),
  ),
  exec: kind(
    () => import('./exec/spec.ts'),
    () => import('./exec/probe.ts'),
  ),
};
