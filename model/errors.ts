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
  'name-not-found': 'A name does not resolve.',
  'dial-failed': 'No address of a target took the connection.',
  undecodable: 'A body is not what its Content-Encoding says.',
  'pattern-too-slow': 'A regular expression took longer on a text than the process can wait.',
  'body-too-large': 'The body of a request is longer than the route takes.',
  'cannot-listen': 'A listener could not be opened.',
  'config-invalid': 'The config has mistakes.',
  'sink-refused': 'The spool cannot promise to keep samples; nothing of them was kept.',
  'storage-missing': 'There is no VictoriaMetrics that could be run here.',
  'ledger-refused': 'The ledger on disk cannot be used; it was left as it is.',
  'ledger-unwritable':
    'Something could not be written to the ledger, and nothing of it was kept; trying again is safe.',
  'ledger-gone': 'The ledger was closed, or its thread ended: it will never answer.',
  'state-directory-taken': 'Another box is at work in the state directory.',
  'state-directory-unusable': 'The state directory cannot be used.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error of ours: one sentence for people, and a code for programs. */
export abstract class CodedError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
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
