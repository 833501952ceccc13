/** The settings of the exporter of changes. */
export interface ChangesSettings {
  /** Docker's socket; undefined for the one that `DOCKER_HOST` names, or the usual one. */
  readonly socket?: string | undefined;
  /** How far back the logs are read at the first start, in milliseconds. */
  readonly backlog: number;
  /** Where the machine's root file system is. */
  readonly root: string;
}
