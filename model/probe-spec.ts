import type { z } from 'zod';
import type { Confirmation } from './monitor.ts';

/** What a probe kind tells the config door: its settings and the rules that a schema cannot say. Loaded only to read the config. */
export interface ProbeSpec<Spec> {
  readonly schema: z.ZodType<Spec>;
  /** Contradictions inside one spec; `path` leads to the setting, `message` says what was wanted instead. */
  readonly lint?: (spec: Spec) => readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  /** Defaults of the monitor's own settings that fit this kind better than the general ones. */
  readonly defaults?: {
    readonly everyMs?: number;
    readonly timeoutMs?: number;
    readonly confirm?: Partial<Confirmation>;
  };
}
