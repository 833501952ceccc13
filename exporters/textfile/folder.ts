import { type Clock, SECOND, spanInWords } from '../../model/time.ts';
import { type KeptShell, quoted, startShell } from '../../programs/kept-shell.ts';

/** A file as it stands in its folder. */
export interface Entry {
  /** Its name, byte by byte as the kernel has it (Latin-1), for asking. */
  readonly bytes: string;
  readonly name: string;
  /** When it was last written, to the second. */
  readonly writtenAt: number;
  /** Other when it is another file, or was written since. */
  readonly version: string;
  /** Which file it is: another one that took its place has another. */
  readonly inode: string;
  readonly size: number;
  readonly isFile: boolean;
}

/** One folder, read by a process that may hang: it is asked again only when that one has answered or is gone. */
export interface Folder {
  /** The `*.prom` in it, in the order of their names; and what it had to complain of. Rejects when it does not answer in time, or cannot be read. */
  list(signal: AbortSignal): Promise<{ readonly entries: readonly Entry[]; readonly complaints: readonly string[] }>;
  /** What stands in a file. Rejects when it does not answer in time, or cannot be read, or is larger than a file may be. */
  read(entry: Entry, signal: AbortSignal): Promise<Buffer>;
  stop(): void;
}

/** More files in a folder are not read. */
const MOST_FILES = 1000;
/** A larger file is not read. */
const LARGEST_FILE = 8 << 20;
const LISTING_BYTES = 1 << 20;
const TIMEOUT_MS = 5 * SECOND;

/** Answers are lines of stat, and lines of its complaints. A name with a line feed is none that it can tell, and is complained of. */
const SCRIPT = `list() (
  if ! cd -- "$1" 2>/dev/null; then
    if [ -e "$1" ]; then echo 'it cannot be entered'; else echo 'it is not there'; fi
    exit 1
  fi
  if ! [ -r . ]; then echo 'it cannot be listed'; exit 1; fi
  set -- *.prom
  [ -e "$1" ] || [ -L "$1" ] || exit 0
  first='' one=0
  while [ "$one" -lt $# ] && [ "$one" -lt ${MOST_FILES} ]; do
    one=$((one + 1))
    first="$first "'"\${'"$one"'}"'
  done
  eval "stat -L -c 'file %Y %Z %s %i %f %n' -- $first"
  [ $# -le ${MOST_FILES} ] || echo "it holds $# files, and ${MOST_FILES} are read"
)
content() (
  cd -- "$1" && exec head -c ${LARGEST_FILE + 1} -- "./$2"
)
`;

export function watchFolder(path: string, clock: Clock): Folder {
  const bytes = Buffer.from(path).toString('latin1');
  let shell: KeptShell | undefined;
  /** Why the shell was ended. */
  let why = 'it does not answer';

  /** Asks the shell; one that does not answer in time is killed, and asked no more until the kernel has let it go. */
  async function ask(command: string, most: number, signal: AbortSignal): Promise<Buffer> {
    if (shell?.over) throw new Error(why);
    signal.throwIfAborted();
    const it = shell ?? begin();
    const late = Promise.withResolvers<never>();
    const end = (reason: string) => {
      why = reason;
      late.reject(new Error(reason));
      it.kill();
    };
    const cancel = clock.after(TIMEOUT_MS, () => end(`it did not answer within ${spanInWords(TIMEOUT_MS)}`));
    const onAbort = () => end('it did not answer in time');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([wholeAnswer(it, command, most), late.promise]);
    } finally {
      cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }

  function begin(): KeptShell {
    const begun = startShell(SCRIPT);
    shell = begun;
    void begun.gone.then(() => {
      if (shell === begun) shell = undefined;
    });
    return begun;
  }

  return {
    async list(signal) {
      const said = await ask(`list ${quoted(bytes)}`, LISTING_BYTES, signal);
      const lines = said
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== '');
      const entries = lines.map(entryOf);
      return {
        entries: entries.filter((entry) => entry !== undefined),
        complaints: lines.filter((_, index) => entries[index] === undefined).map((line) => textOf(line).slice(0, 200)),
      };
    },
    async read(entry, signal) {
      if (!entry.isFile) throw new Error('it is no regular file');
      const content =
        entry.size > LARGEST_FILE
          ? undefined
          : await ask(`content ${quoted(bytes)} ${quoted(entry.bytes)}`, LARGEST_FILE + 1, signal);
      if (content === undefined || content.length > LARGEST_FILE)
        throw new Error(`it has ${entry.size} bytes, and at most ${LARGEST_FILE} are read`);
      return content;
    },
    stop: () => shell?.kill(),
  };
}

/** All that a command says. Rejects with the first line of it when the command fails, and when there is more than `most` bytes: the shell is killed then. */
async function wholeAnswer(shell: KeptShell, command: string, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  const hear = (piece: Buffer) => {
    length += piece.length;
    if (length <= most) pieces.push(piece);
    else shell.kill();
  };
  const code = await shell.run(command, hear).catch((error) => {
    if (length <= most) throw error;
  });
  if (length > most) throw new Error(`more than ${most} bytes came`);
  const said = Buffer.concat(pieces);
  if (code !== 0) throw new Error(firstLine(said));
  return said;
}

const REGULAR = 0x8000;
const TYPE = 0xf000;

function entryOf(line: string): Entry | undefined {
  const [, modified = '', changed = '', size = '', inode = '', mode = '', bytes = ''] =
    /^file (-?\d+) (-?\d+) (\d+) (\d+) ([0-9a-f]+) (.+\.prom)$/.exec(line) ?? [];
  if (bytes === '') return undefined;
  return {
    bytes,
    name: textOf(bytes),
    writtenAt: Number(modified) * SECOND,
    version: `${modified} ${changed} ${size} ${inode}`,
    inode,
    size: Number(size),
    isFile: (Number.parseInt(mode, 16) & TYPE) === REGULAR,
  };
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function firstLine(said: Buffer): string {
  return said.toString('utf8', 0, 200).split('\n')[0]?.trim() || 'it cannot be read';
}
