/** The settings of a systemd check. */
export interface UnitSpec {
  /** The unit's whole name. */
  readonly unit: string;
  readonly user?: string | true | undefined;
  readonly bus?: string | undefined;
  /** How long the last run of a timer, or of a job that a timer starts, may lie back, in milliseconds. */
  readonly within?: number | undefined;
  /** How long it may take to start, stop or reload, in milliseconds. */
  readonly patience: number;
}
