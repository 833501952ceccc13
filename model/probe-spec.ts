import type { z } from 'zod';
import type { Confirmation } from './monitor.ts';

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
  /** Whoever is watched reports to the box itself: there is no other vantage. */
  readonly comesIn?: true;
  /** Defaults of the monitor's own settings that fit this kind better than the general ones. */
  readonly defaults?: {
    readonly everyMs?: number;
    readonly timeoutMs?: number;
    readonly confirm?: Partial<Confirmation>;
  };
}
