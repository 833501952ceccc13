/** What a file system said when it was asked. */
export type Answer =
  | { readonly figures: Figures }
  /** The system's words for its error, as they are in English: `stale file handle`. */
  | { readonly error: string };

export interface Figures {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  readonly availBytes: number;
  readonly files: number;
  readonly filesFree: number;
}

/** The block size that the counts are of (as df has it), then blocks: all, free, available; then inodes: all, free. */
export const FORMAT = '%S %b %f %a %c %d';

/** musl's words for what glibc and the kernel's documents call otherwise. */
const GLIBC: Readonly<Record<string, string>> = {
  'i/o error': 'input/output error',
  'socket not connected': 'transport endpoint is not connected',
};

/** Reads one line of `stat -f`; undefined when it is about no file system. */
export function readAnswer(line: string): Answer | undefined {
  if (/^\d+(?: -?\d+){5}$/.test(line)) {
    const [block = 0, size = 0, free = 0, avail = 0, files = 0, filesFree = 0] = line.split(' ').map(Number);
    return {
      figures: { sizeBytes: size * block, freeBytes: free * block, availBytes: avail * block, files, filesFree },
    };
  }
  if (!line.startsWith('stat: ')) return undefined;
  const words = (/: ([^:]{1,80})$/.exec(line)?.[1] ?? 'an error without words').toLowerCase();
  return { error: GLIBC[words] ?? words };
}
