/**
 * Every code that an error of ours can carry, and what it means: what decides by an error decides by its code, never by its words.
 * A code stays what it is from release to release.
 */
export const ERROR_CODES = {
  'deadline-passed': 'It did not end within its time.',
  'left-behind':
    'It did not end within its time, nor soon after it was told to: it goes on by itself, and nobody waits for it.',
  'http-failed':
    'A server of somebody else gave no answer that can be used: unreachable, too late, too large, redirected for ever.',
  'file-unwritable': 'A file could not be put in its place; the one before stands as it was.',
  'bad-parameter': 'A parameter of a request is missing, or is not what is wanted.',
  'too-busy': 'So much is under way already that one more is not begun.',
  'storage-unreachable': 'VictoriaMetrics gave no answer that can be used.',
  'storage-strange-answer': 'An answer of VictoriaMetrics is not what its documentation promises.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error of ours: one sentence for people, and a code for programs. */
export class CodedError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Whether it is an error of ours, or of Node's, with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && codes.includes(code);
}

/** The words of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
