import type { Change } from './change.ts';
import type { PortVerdict } from './firewall-verdict.ts';
import type { OpenOutside } from './outside.ts';
import type { Sample } from './sample.ts';
import type { Clock } from './time.ts';

/** What more than one exporter can see: one of them tells of it. */
export type Topic = 'firewall rules' | 'docker engine';

/** Everything live that an exporter may need, handed over. */
export interface ExporterContext {
  readonly clock: Clock;
  /** A folder of the exporter's own in the state directory, for what it must know after a restart. It exists. */
  readonly folder: string;
  /** Resolves once the changes are durable. The same change may be told twice: it is kept once. */
  readonly changed: (changes: readonly Change[]) => Promise<void>;
  /** Has it collect before its next time: something has happened. Many calls in a second are one. */
  readonly soon: () => void;
  /** Whether another exporter tells what becomes of this; undefined while that is not known yet. Nobody else does when left out. */
  readonly toldElsewhere?: (topic: Topic) => boolean | undefined;
  /** The view of a stranger, where the box can make one. */
  readonly outside?: OpenOutside;
  /** Told in one line what the operator should know, each thing once. */
  readonly onTrouble: (message: string) => void;
}

/** What a family is that the catalogue does not know: one that others name, and an exporter passes on. */
export interface ForeignFamily {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary' | 'untyped';
  readonly help: string;
}

/** A source of samples that the box runs itself. */
export interface Exporter {
  /**
   * What it sees now. Ends soon after `signal` is aborted, at its deadline. Throws when it cannot see at all: the runner makes
   * `signalbox_exporter_up` 0 of it and says the error's message once.
   */
  collect(signal: AbortSignal): Promise<readonly Sample[]>;
  /** For those that pass on what others name: the families of the last samples, for the page. */
  families?(): readonly ForeignFamily[];
  /** Whether it tells of this now, in place of others that see it too; undefined before it has looked. */
  tells?(topic: Topic): boolean | undefined;
  /** For one that sees the firewall: what its latest look says of a published port. */
  readonly portVerdict?: PortVerdict;
  /** Resolves once everything that it holds open is closed: connections, processes, timers. */
  stop(): Promise<void>;
}

/** Opens an exporter. Rejects when it cannot even begin; the runner tries again at its next time. */
export type OpenExporter<Settings> = (settings: Settings, context: ExporterContext) => Promise<Exporter>;

/** One exporter as the config has it. */
export interface ExporterSettings {
  /** Its kind, which is also its name. */
  readonly name: string;
  readonly everyMs: number;
  /** Validated by its own schema. */
  readonly settings: unknown;
}
