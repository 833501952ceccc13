/** The settings of the mounts exporter. Paths are absolute and end in no slash, unless they are `/`. */
export interface MountsSettings {
  /** Mount points that must be mounted. They are watched also when they would be skipped. */
  readonly expect: readonly string[];
  /** Mount points that must be mounted, and writable. */
  readonly writable: readonly string[];
  /** Mount points that are not watched, with everything below them. */
  readonly skip: readonly string[];
  /** Types of file systems that are not watched. */
  readonly skipTypes: readonly string[];
  /** From when on a file system that does not answer is not healthy. */
  readonly timeoutMs: number;
  /** Where the machine's file systems stand, for a box that runs in a container. */
  readonly root: string;
}
