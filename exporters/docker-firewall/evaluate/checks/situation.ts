import type { EvaluateOptions, FirewallFinding } from '../../report.ts';
import type { Family } from '../../rules/addresses.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { DockerView } from '../docker.ts';
import type { PortView } from '../ports.ts';
import type { Surroundings } from '../travel.ts';
import type { MissingRule } from './expected.ts';
import type { Home } from './home.ts';

/** Everything that an invariant may look at. */
export interface Situation {
  readonly snapshot: Snapshot;
  readonly options: EvaluateOptions;
  readonly docker: DockerView;
  readonly around: Surroundings;
  readonly views: readonly PortView[];
  /** Backends with Docker's chains, the living one first. */
  readonly homes: Readonly<Record<Family, readonly Home[]>>;
  /** Of the living one. */
  readonly missing: Readonly<Record<Family, readonly MissingRule[]>>;
}

/** One of the named invariants: what it finds, nothing when it holds. */
export type Check = (situation: Situation) => readonly FirewallFinding[];
