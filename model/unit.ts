import { type Instant, MINUTE } from './time.ts';

/** A unit that failed so often in so short a time flaps, even while it runs. At most `kept` failures of it are remembered. */
export const FLAPPING = { failures: 3, withinMs: 10 * MINUTE, kept: 20 } as const;

/** One unit of one systemd. */
export interface UnitAddress {
  /** Its whole name: `nginx.service`. */
  readonly unit: string;
  /** Where the bus is that this systemd answers on: a path, or an address as `unix:path=…`. The usual place when left out. */
  readonly bus?: string | undefined;
  /** The user whose systemd it is, by name or number; `true` is the one that the box runs as. The system's own when left out. */
  readonly user?: string | true | undefined;
}

/** How a unit failed. */
export interface UnitFailure {
  readonly at: Instant;
  /** In systemd's word: `exit-code`, `signal`, `oom-kill`, `timeout`; `unseen` when nobody was looking. */
  readonly result: string;
  /** For people: `killed by SIGKILL (out of memory)`. */
  readonly words: string;
}

/** That a unit failed once, as the journal tells it. */
export interface UnitFailed extends Omit<UnitFailure, 'words'> {
  readonly name: string;
  /** Names the run that failed, in the journal. */
  readonly invocation?: string | undefined;
}

/** A unit that is failed now, with all that tells why. */
export interface FailedUnit extends Omit<UnitFailure, 'at'> {
  readonly name: string;
  /** Its main process ended with this exit code. */
  readonly exitCode?: number | undefined;
  /** This signal ended its main process: `SIGKILL`. */
  readonly signal?: string | undefined;
  /** When it came to be failed. */
  readonly since?: Instant | undefined;
  /** How often systemd has started it again by itself, since it was last started by hand. */
  readonly restarts?: number | undefined;
  /** Names the run that failed, in the journal. */
  readonly invocation?: string | undefined;
  /** The last lines of that run in the journal, oldest first, cleaned and bounded; or why there are none. */
  readonly journal: readonly string[];
}

/** What is known of one unit now. The words for states are systemd's own. */
export interface UnitReport {
  readonly name: string;
  /** `loaded`, `not-found`, `bad-setting`, `error`, `masked`. */
  readonly load: string;
  /** What is wrong with its unit file, where that is. */
  readonly loadError?: string | undefined;
  readonly active: string;
  readonly sub: string;
  /** When it came to be so. */
  readonly since?: Instant | undefined;
  /** How its last run ended, where that was badly. */
  readonly failure?: Omit<UnitFailure, 'at'> | undefined;
  /** Its failures in the last ten minutes, the last `FLAPPING.kept` of those that were seen; the last is the newest. */
  readonly recent: readonly UnitFailure[];
  /** A service's type: `simple`, `notify`, `oneshot`. */
  readonly serviceType?: string | undefined;
  /** How often systemd has started it again by itself. */
  readonly restarts?: number | undefined;
  /** When its last run ended, where it has had one. */
  readonly endedAt?: Instant | undefined;
  /** When a condition of its unit file last kept it from starting, which is no failure. */
  readonly conditionFailedAt?: Instant | undefined;
  /** Timers, sockets and paths that start it. */
  readonly triggeredBy: readonly string[];
  readonly timer?: TimerReport | undefined;
  /** Names this run in the journal. */
  readonly invocation?: string | undefined;
}

/** What is known of a timer. */
export interface TimerReport {
  /** What it starts. */
  readonly unit: string;
  readonly lastAt?: Instant | undefined;
  readonly nextAt?: Instant | undefined;
  /** How long after its time systemd may start the unit, in milliseconds; some timers say an hour. */
  readonly accuracyMs?: number | undefined;
}

/** Asks systemd about units, over one kept connection to each. */
export interface Units {
  /** Rejects, in words, when this systemd cannot be asked from here or does not answer. */
  look(address: UnitAddress, signal: AbortSignal): Promise<UnitReport>;
  /** The last lines that the journal has of the unit's last run, oldest first, cleaned and bounded; or why there are none. */
  lastLines(address: UnitAddress, report: UnitReport, signal: AbortSignal): Promise<readonly string[]>;
  /** Resolves once nothing is held open. */
  stop(): Promise<void>;
}
