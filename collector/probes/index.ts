import type { Probe } from '../../model/probe.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';

/** One kind of probe: its settings for the config door, its work for the runner, each loaded only where and when it is needed. */
export interface ProbeKind {
  readonly settings: () => Promise<ProbeSpec<never>>;
  readonly probe: () => Promise<Probe<never>>;
  /** It may hang in ways no deadline in this process can end: it runs in a worker process. */
  readonly canHang?: boolean;
}

/** Sees to it that a kind's settings and its probe speak of the same spec; the list then forgets which. */
function kind<Spec>(one: {
  readonly settings: () => Promise<ProbeSpec<Spec>>;
  readonly probe: () => Promise<Probe<Spec>>;
  readonly canHang?: boolean;
}): ProbeKind {
  return one as unknown as ProbeKind;
}

/** The list of all kinds. A kind is a folder beside this file, with `spec.ts` and `probe.ts`, and a line here. */
export const probeKinds: Readonly<Record<string, ProbeKind>> = {
  http: kind({
    settings: async () => (await import('./http/spec.ts')).settings,
    probe: async () => (await import('./http/probe.ts')).probe,
  }),
  tcp: kind({
    settings: async () => (await import('./tcp/spec.ts')).settings,
    probe: async () => (await import('./tcp/probe.ts')).probe,
  }),
  tls: kind({
    settings: async () => (await import('./tls/spec.ts')).settings,
    probe: async () => (await import('./tls/probe.ts')).probe,
  }),
  dns: kind({
    settings: async () => (await import('./dns/spec.ts')).settings,
    probe: async () => (await import('./dns/probe.ts')).probe,
  }),
  icmp: kind({
    settings: async () => (await import('./icmp/spec.ts')).settings,
    probe: async () => (await import('./icmp/probe.ts')).probe,
  }),
  heartbeat: kind({
    settings: async () => (await import('./heartbeat/spec.ts')).default,
    probe: async () => (await import('./heartbeat/probe.ts')).default,
  }),
  systemd: kind({
    settings: async () => (await import('./systemd/spec.ts')).settings,
    probe: async () => (await import('./systemd/probe.ts')).probe,
  }),
  exec: kind({
    settings: async () => (await import('./exec/spec.ts')).default,
    probe: async () => (await import('./exec/probe.ts')).default,
    canHang: true,
  }),
};
