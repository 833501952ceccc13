import type { OpenExporter } from '../model/exporter.ts';
import type { ExporterSpec } from '../model/exporter-spec.ts';

/** One kind of exporter: its settings for the config door, its work for the runner, each loaded only where and when it is needed. */
export interface ExporterKind {
  readonly settings: () => Promise<ExporterSpec<never>>;
  readonly open: () => Promise<OpenExporter<never>>;
  /** The job its samples carry; their instance is the machine's host name. */
  readonly job: string;
}

/** All that speak of the machine share one job, as node_exporter's do: dashboards ask for all by it. */
const NODE = 'node';

/** Sees to it that an exporter's settings and its work speak of the same; the list then forgets which. */
function kind<Settings>(one: {
  readonly spec: () => Promise<{ readonly settings: ExporterSpec<Settings> }>;
  readonly work: () => Promise<{ readonly openExporter: OpenExporter<Settings> }>;
  readonly job?: string;
}): ExporterKind {
  return {
    settings: async () => (await one.spec()).settings as unknown as ExporterSpec<never>,
    open: async () => (await one.work()).openExporter,
    job: one.job ?? NODE,
  };
}

/** The list of all exporters. Each is a folder beside this file, with `spec.ts` and a file of its own name, and a line here. */
export const exporterKinds: Readonly<Record<string, ExporterKind>> = {
  'docker-firewall': kind({
    spec: () => import('./docker-firewall/spec.ts'),
    work: () => import('./docker-firewall/docker-firewall.ts'),
  }),
  host: kind({ spec: () => import('./host/spec.ts'), work: () => import('./host/host.ts') }),
  changes: kind({ spec: () => import('./changes/spec.ts'), work: () => import('./changes/changes.ts') }),
  mounts: kind({ spec: () => import('./mounts/spec.ts'), work: () => import('./mounts/mounts.ts') }),
  systemd: kind({ spec: () => import('./systemd/spec.ts'), work: () => import('./systemd/systemd.ts') }),
  textfile: kind({ spec: () => import('./textfile/spec.ts'), work: () => import('./textfile/textfile.ts') }),
};
