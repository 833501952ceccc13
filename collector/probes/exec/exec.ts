import type { Secret } from '../../../model/secret.ts';

/** The settings of an exec check: a program and its arguments, run without a shell. */
export interface ExecSpec {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string | Secret>> | undefined;
  readonly cwd?: string | undefined;
}
