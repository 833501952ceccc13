import type { OpenExporter } from '../model/exporter.ts';
import type { ExporterSpec } from '../model/exporter-spec.ts';

/** One kind of exporter: its settings for the config door, its work for the runner, each loaded only where and when it is needed. */
export interface ExporterKind {
  readonly settings: () => Promise<ExporterSpec<never>>;
  readonly open: () => Promise<OpenExporter<never>>;
  /** The job its samples carry; their instance is the machine's host name. */
  readonly job: string;
}

/** Sees to it that an exporter's settings and its work speak of the same; the list then forgets which. */
function kind<Settings>(one: {
  readonly settings: () => Promise<ExporterSpec<Settings>>;
  readonly open: () => Promise<OpenExporter<Settings>>;
  readonly job: string;
}): ExporterKind {
  return one as unknown as ExporterKind;
}

/** All that speak of the machine share one job, as node_exporter's do: dashboards ask for all by it. */
const NODE = 'node';

/** The list of all exporters. Each is a folder beside this file, with `spec.ts` and a file of its own name, and a line here. */
export const exporterKinds: Readonly<Record<string, ExporterKind>> = {
  'docker-firewall': kind({
    settings: async () => (await import('./docker-firewall/spec.ts')).settings,
    open: async () => (await import('./docker-firewall/docker-firewall.ts')).openDockerFirewall,
    job: NODE,
  }),
  host: kind({
    settings: async () => (await import('./host/spec.ts')).settings,
    open: async () => (await import('./host/host.ts')).openHost,
    job: NODE,
  }),
  changes: kind({
    settings: async () => (await import('./changes/spec.ts')).settings,
    open: async () => (await import('./changes/changes.ts')).openChanges,
    job: NODE,
  }),
  mounts: kind({
    settings: async () => (await import('./mounts/spec.ts')).settings,
    open: async () => (await import('./mounts/mounts.ts')).openMounts,
    job: NODE,
  }),
  systemd: kind({
    settings: async () => (await import('./systemd/spec.ts')).settings,
    open: async () => (await import('./systemd/systemd.ts')).openSystemd,
    job: NODE,
  }),
  textfile: kind({
    settings: async () => (await import('./textfile/spec.ts')).settings,
    open: async () => (await import('./textfile/textfile.ts')).openTextfile,
    job: NODE,
  }),
};
