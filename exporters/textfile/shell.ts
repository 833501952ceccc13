import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';

/** What a command said, and whether it ended well. */
export interface Said {
  readonly bytes: Buffer;
  readonly ok: boolean;
}

/**
 * A small shell in a process of its own. It touches the file systems: one that hangs holds it, and not a thread of this process,
 * which could not even end then. It stays, because starting a process from this one holds its loop for milliseconds.
 */
export interface Shell {
  /**
   * Runs a command (bytes as Latin-1), one at a time. Rejects when the shell is gone, and when the command says more than `most` bytes:
   * the shell is killed then.
   */
  ask(command: string, most: number): Promise<Said>;
  /** Ends it and what it runs, as far as the kernel lets it. */
  kill(): void;
  readonly over: boolean;
  /** Resolves when it and what it ran are gone. */
  readonly gone: Promise<void>;
}

/** The longest end of a command: a line feed, the mark, a blank, a status of three digits and a line feed. */
const END_BYTES = 40;

/** Starts a shell that knows the functions of `script`. */
export function startShell(script: string): Shell {
  // Nobody can put into a file what marks the end of it.
  const mark = randomBytes(16).toString('hex');
  const child = spawn('sh', ['-s'], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = new RegExp(`\\n${mark} (\\d+)\\n$`);
  let chunks: Buffer[] = [];
  let length = 0;
  let tail: Buffer = Buffer.alloc(0);
  let over: Error | undefined;
  let asked: { most: number; resolve: (said: Said) => void; reject: (error: Error) => void } | undefined;
  child.stdin.on('error', () => {});
  child.stdout.on('error', () => {});
  child.stdin.write(script);
  child.once('error', (fault) => end(new Error(`the shell that reads files cannot be started: ${fault.message}`)));
  const gone = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      end(new Error(`the shell that reads files ended (${signal ?? `exit code ${code}`})`));
      resolve();
    });
  });

  function end(why: Error): void {
    over ??= why;
    asked?.reject(over);
    asked = undefined;
  }

  function kill(): void {
    end(new Error('the shell that reads files was ended'));
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {}
    // It may go on to hang where no signal reaches it; that is to keep nobody here from ending.
    child.unref();
    child.stdin.destroy();
    if (child.stdout instanceof Socket) child.stdout.unref();
  }

  child.stdout.on('data', (chunk: Buffer) => {
    if (asked === undefined) return;
    chunks.push(chunk);
    length += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-END_BYTES)]).subarray(-END_BYTES);
    const [ending, status] = ended.exec(tail.toString('latin1')) ?? [];
    if (ending !== undefined) {
      asked.resolve({ bytes: Buffer.concat(chunks).subarray(0, length - ending.length), ok: status === '0' });
      asked = undefined;
    } else if (length > asked.most + END_BYTES) {
      end(new Error(`more than ${asked.most} bytes came`));
      kill();
    }
  });

  return {
    gone,
    get over() {
      return over !== undefined;
    },
    ask(command, most) {
      return new Promise((resolve, reject) => {
        if (over !== undefined) return reject(over);
        chunks = [];
        length = 0;
        tail = Buffer.alloc(0);
        asked = { most, resolve, reject };
        child.stdin.write(`${command} </dev/null 2>&1; printf '\\n%s %s\\n' ${mark} $?\n`, 'latin1');
      });
    },
    kill,
  };
}

/** A word of the shell that holds exactly these bytes. */
export function quoted(bytes: string): string {
  return `'${bytes.replaceAll("'", `'\\''`)}'`;
}
