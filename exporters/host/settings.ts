/** The settings of the host exporter. */
export type HostSettings = Readonly<Record<never, never>>;
