import type { CheckName, EvaluateOptions } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import type { Backend } from '../docker-host/private-host.ts';
import type { World, WorldKind } from './world.ts';

/** What a report on a fault must say. */
export interface Expectation {
  /** The invariants that are violated: each must be found. */
  readonly checks: readonly CheckName[];
  /** What every finding must name, in its sentence, evidence or subject: the injected cause. */
  readonly cause: RegExp;
}

/** One thing done to a healthy host. The kernel decides what it breaks. */
export interface Scenario {
  readonly name: string;
  /** `plain` when left out. */
  readonly world?: WorldKind;
  /** Both when left out. */
  readonly backends?: readonly Backend[];
  /** A shell script in the host; `iptables` is the one that dockerd uses, but where the world is `apart`. Rules, sysctls and native tables are put back by the suite. */
  readonly inject: string;
  /** Puts back what is neither rule nor sysctl. */
  readonly undo?: string;
  /** What must be found; when left out nothing may be found at all. */
  readonly finds?: Expectation;
  /** Whether a stranger loses a port: so that a scenario that does nothing is not taken for a proof. */
  readonly breaks: boolean;
  /** What the evaluator is told. */
  readonly options?: (healthy: Snapshot) => EvaluateOptions;
  /** The name under which its snapshot is kept for tests without root. */
  readonly keepAs?: string;
  /** What is started and must be gone before the next. */
  readonly visitor?: (world: World) => Promise<AsyncDisposable>;
}
