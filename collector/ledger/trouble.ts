import { CodedError } from '../../model/errors.ts';

/** The ledger on disk cannot be used; it has been left byte for byte as it was. The message is for the operator. */
export class LedgerRefused extends CodedError {
  readonly code = 'ledger-refused';
}

/** Something could not be written, and nothing of it was kept. Trying again is safe. */
export class LedgerUnwritable extends CodedError {
  readonly code = 'ledger-unwritable';
}

/** The ledger's thread ended or the ledger was closed; it will never answer. */
export class LedgerGone extends CodedError {
  readonly code = 'ledger-gone';
}

// https://www.sqlite.org/rescode.html
const WORDS: Readonly<Record<number, string>> = {
  5: 'another program holds it locked',
  7: 'there is not enough memory',
  8: 'it may not be written (a read-only folder or file)',
  10: 'the disk fails to read or write it',
  13: 'there is no room left on the disk',
  14: 'it cannot be opened (missing, or not ours to open)',
};

/** Whether trying again cannot help: the file is gone, or damaged (SQLITE_CORRUPT, SQLITE_NOTADB). */
export function isForEver(error: unknown): boolean {
  return error instanceof LedgerGone || (error instanceof Error && [11, 26].includes(codeOf(error) ?? 0));
}

/** What SQLite said, in words an operator understands. */
export function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  const words = code === undefined ? undefined : WORDS[code];
  return words === undefined ? error.message : `${words} (${error.message})`;
}

function codeOf(error: Error): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
