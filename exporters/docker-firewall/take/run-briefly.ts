import { SECOND } from '../../../model/time.ts';
import { runProgram } from '../../../programs/run-program.ts';

/** Runs a program to its end, for at most five seconds: one that hangs leaves time to tell what all the others said. Rejects as `runProgram` does. */
export function runBriefly(command: readonly string[], signal: AbortSignal): Promise<string> {
  return runProgram(command, { signal, longestMs: 5 * SECOND });
}
