/** The settings of the textfile exporter. */
export interface TextfileSettings {
  /** Absolute paths; `*.prom` in each of them is read, what lies deeper is not. */
  readonly folders: readonly string[];
  /** A file that was last written longer ago gives nothing; without it, however old it is. */
  readonly staleMs?: number;
  /** By name of a metric, in which `*` stands for any text: what it is in truth. The first that matches counts. */
  readonly retype: Readonly<Record<string, 'counter' | 'gauge'>>;
  /** By name of a metric, in which `*` stands for any text: labels to leave out. All that match count. */
  readonly dropLabels: Readonly<Record<string, readonly string[]>>;
}
