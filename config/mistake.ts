import { CodedError } from '../model/errors.ts';

/** A place in a config file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

/** One thing wrong with the config: where, in which setting, and what came and was wanted. */
export interface Mistake extends Place {
  /** The setting as one would name it: `monitors.web.every`; empty for the file itself. */
  readonly path: string;
  readonly message: string;
}

/** The config cannot be used. The message holds every mistake, one a line. */
export class ConfigInvalid extends CodedError {
  readonly code = 'config-invalid';
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(mistakeInWords).join('\n'));
    this.mistakes = mistakes;
  }
}

/** `signalbox.yml:14:7 monitors.web.every: came "3 parsecs", wanted a duration`. */
export function mistakeInWords(mistake: Mistake): string {
  const setting = mistake.path === '' ? '' : ` ${mistake.path}`;
  return `${mistake.file}:${mistake.line}:${mistake.column}${setting}: ${mistake.message}`;
}

const LONGEST_STEP = 80;

/** A path as one would write it: `monitors["my site"].expect.status[0]`. */
export function pathInWords(path: Path): string {
  let words = '';
  for (const step of path) {
    if (typeof step === 'number') words += `[${step}]`;
    else {
      const name = step.length > LONGEST_STEP ? `${step.slice(0, LONGEST_STEP)}…` : step;
      if (!/^[\w-]+$/.test(name)) words += `[${JSON.stringify(name)}]`;
      else words += words === '' ? name : `.${name}`;
    }
  }
  return words;
}

/** Mistakes in the order in which one reads the files. */
export function inReadingOrder(mistakes: readonly Mistake[]): Mistake[] {
  const files = [...new Set(mistakes.map((mistake) => mistake.file))].sort();
  const rank = new Map(files.map((file, index) => [file, index]));
  return [...mistakes].sort(
    (a, b) => (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}
