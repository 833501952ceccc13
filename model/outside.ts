/**
 * A network namespace that the box made for itself: a stranger on the same machine, who can reach it only by one veth pair.
 * Plain data, so that it may cross to another process.
 */
export interface Outside {
  /** The machine's end of the pair, by which the stranger's packets enter. */
  readonly enters: string;
  /** The stranger's own addresses. */
  readonly address4: string;
  /** Absent where the machine does without IPv6. */
  readonly address6?: string;
  /** The machine's addresses on its end of the pair. */
  readonly gateway4: string;
  readonly gateway6?: string;
  /** What a command must begin with to run there. */
  readonly door: readonly string[];
}

/** Gives the stranger's place, made at the first call and again when it has gone. Rejects, in words, where none can be made. */
export type OpenOutside = () => Promise<Outside>;
