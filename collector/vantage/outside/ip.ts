import { runProgram } from '../../../programs/run-program.ts';

/** Runs lines of ip(8) one after the other, inside a namespace when `door` leads to one. */
export async function runIp(lines: readonly string[], door: readonly string[] = []): Promise<void> {
  await runProgram([...door, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
