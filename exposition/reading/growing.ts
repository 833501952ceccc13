import type { FamilyType, ReadSample } from '../family.ts';
import type { Scanner } from './scanner.ts';
import type { SeriesSet } from './series-set.ts';

/** A family while it is being read. */
export interface GrowingFamily {
  readonly name: string;
  type: FamilyType;
  help: string;
  unit: string;
  readonly samples: ReadSample[];
  /** Which of its lines of metadata have been. */
  typed: boolean;
  helped: boolean;
  united: boolean;
  /** Its series, where the reader must know them. */
  series?: SeriesSet;
}

export function beginFamily(name: string): GrowingFamily {
  return { name, type: 'unknown', help: '', unit: '', samples: [], typed: false, helped: false, united: false };
}

/** Reads a text line by line. */
export interface LineReader {
  /** Reads the line that the scanner stands before, to behind its line feed. Throws `Broken`. */
  line(): void;
  /** To be called behind the last line. Throws `Broken` when something is wanting. */
  end(): void;
  readonly families: readonly GrowingFamily[];
}

/** Whether labels are those that the scanner read last, `except` one name; empty values are as good as none. */
export function hasSameLabels(scanner: Scanner, labels: Readonly<Record<string, string>>, except?: string): boolean {
  let more = 0;
  for (let index = 0; index < scanner.labels; index++) {
    const name = scanner.names[index] as string;
    const value = scanner.values[index] as string;
    if (value === '' || name === except) continue;
    if (labels[name] !== value) return false;
    more++;
  }
  for (const name in labels) if (labels[name] !== '' && name !== except) more--;
  return more === 0;
}

/** A hash of the labels that the scanner read last, `except` one name, whatever their order; empty values are as good as none. */
export function hashOfLabels(scanner: Scanner, except?: string): number {
  let sum = 0;
  for (let index = 0; index < scanner.labels; index++)
    if (scanner.values[index] !== '' && scanner.names[index] !== except)
      sum = (sum + (scanner.hashes[index] as number)) | 0;
  return sum;
}
