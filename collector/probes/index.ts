import type { Probe } from '../../model/probe.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';

/** One kind of probe: its settings for the config door, its work for the runner, each loaded only where and when it is needed. */
export interface ProbeKind {
  readonly settings: () => Promise<ProbeSpec<never>>;
  readonly probe: () => Promise<Probe<never>>;
}

/** Sees to it that a kind's settings and its probe speak of the same spec; the list then forgets which. */
function kind<Spec>(one: {
  readonly spec: () => Promise<{ readonly settings: ProbeSpec<Spec> }>;
  readonly probe: () => Promise<{ readonly probe: Probe<Spec> }>;
}): ProbeKind {
  return {
    settings: async () => (await one.spec()).settings as unknown as ProbeSpec<never>,
    probe: async () => (await one.probe()).probe,
  };
}

/** The list of all kinds. A kind is a folder beside this file, with `spec.ts` and `probe.ts`, and a line here; what others must know of it are its traits. */
export const probeKinds: Readonly<Record<string, ProbeKind>> = {
  http: kind({ spec: () => import('./http/spec.ts'), probe: () => import('./http/probe.ts') }),
  tcp: kind({ spec: () => import('./tcp/spec.ts'), probe: () => import('./tcp/probe.ts') }),
  tls: kind({ spec: () => import('./tls/spec.ts'), probe: () => import('./tls/probe.ts') }),
  dns: kind({ spec: () => import('./dns/spec.ts'), probe: () => import('./dns/probe.ts') }),
  icmp: kind({ spec: () => import('./icmp/spec.ts'), probe: () => import('./icmp/probe.ts') }),
  heartbeat: kind({ spec: () => import('./heartbeat/spec.ts'), probe: () => import('./heartbeat/probe.ts') }),
  systemd: kind({ spec: () => import('./systemd/spec.ts'), probe: () => import('./systemd/probe.ts') }),
  exec: kind({ spec: () => import('./exec/spec.ts'), probe: () => import('./exec/probe.ts') }),
};
