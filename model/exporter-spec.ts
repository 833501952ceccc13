import type { z } from 'zod';

/** What an exporter tells the config door: its settings and the rules that a schema cannot say. Loaded only to read the config. */
export interface ExporterSpec<Settings> {
  /** A strict object in which everything is optional: `host: {}` runs it. `every` is added by the door. */
  readonly schema: z.ZodType<Settings>;
  /** Contradictions inside the settings; `path` leads to the setting, `message` says what was wanted instead. */
  readonly lint?: (
    settings: Settings,
  ) => readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  /** How often it collects when nothing is said, where 15 seconds do not suit. */
  readonly everyMs?: number;
}
