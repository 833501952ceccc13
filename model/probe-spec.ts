import type { z } from 'zod';
import type { Confirmation, KindTraits, Port } from './monitor.ts';
import type { Instant } from './time.ts';

/**
 * What a probe kind tells the config door: its settings and the rules that a schema cannot say. Loaded only to read the config.
 *
 * In a monitor the settings stand in the kind's key, as an object or as the plain value that `shorthand` names, and beside it:
 * every key of the monitor that is not one of the common keys is moved into the kind's settings before they are validated, so
 * `{ tcp: "irc.example.net:6697", tls: { days: 14 } }` is `{ address: "irc.example.net:6697", tls: { days: 14 } }` for `tcp`.
 * A key that is both a kind and a setting of the other kind present (`tls` beside `tcp` or `http`) is the setting.
 */
export interface ProbeSpec<Spec> {
  /** A strict object: unknown keys are mistakes. */
  readonly schema: z.ZodType<Spec>;
  /** The setting that a plain value in the kind's key stands for, as `url` for `http: https://example.net/`. */
  readonly shorthand?: string;
  /** Contradictions inside one spec; `path` leads to the setting, `message` says what was wanted instead. */
  readonly lint?: (spec: Spec) => readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  readonly traits: KindTraits;
  /** The port that it knocks on, where it is one. */
  readonly port?: (spec: Spec) => Port | undefined;
  /** What other tools call it: a config that says so is told the right word. */
  readonly alsoCalled?: readonly string[];
  /** What else is worth a word where it is said what a monitor looks at, after the setting that `shorthand` names. */
  readonly details?: (spec: Spec) => readonly unknown[];
  /** For what follows a calendar: when it is due next after `after`, and the zone that its times are in. */
  readonly nextRun?: (spec: Spec, after: Instant) => { readonly at: Instant; readonly timezone: string } | undefined;
  /** What this machine lacks for it, and the cure, in words: `neither fping nor ping is installed`, `install fping`. */
  readonly lacks?: () => Promise<Lack | undefined>;
  /** Defaults of the monitor's own settings that fit this kind better than the general ones. */
  readonly defaults?: {
    readonly everyMs?: number;
    readonly timeoutMs?: number;
    readonly confirm?: Partial<Confirmation>;
  };
}

/** What keeps a kind of probe from being checked on this machine. */
export interface Lack {
  readonly what: string;
  readonly cure: string;
}
