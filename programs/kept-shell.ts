import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';

/**
 * A small shell in a process of its own, for what may hang: that holds the shell then, and no thread of this process, which could not
 * even end. It stays, because starting a process from this one holds its loop for milliseconds, and from a shell does not.
 */
export interface KeptShell {
  /**
   * Runs a command (bytes as Latin-1), tells each piece of what it says, errors too, as it comes, and resolves to its exit code. One at a
   * time. Rejects when the shell is gone before.
   */
  run(command: string, hear: (piece: Buffer) => void): Promise<number>;
  /** Lets it end once it has nothing to do. */
  end(): void;
  /** Ends it and what it runs, as far as the kernel lets it. */
  kill(): void;
  /** It was killed, or is gone: it runs nothing more. */
  readonly over: boolean;
  /** Resolves when it and what it ran are gone. */
  readonly gone: Promise<void>;
}

interface Task {
  readonly hear: (piece: Buffer) => void;
  readonly resolve: (code: number) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a shell that knows the functions of `script`. */
export function startShell(script: string): KeptShell {
  const child = spawn('sh', ['-s'], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  // Nobody can put into a file what marks the end of it.
  const mark = `\x04${randomBytes(16).toString('hex')} `;
  const cut = cutAt(Buffer.from(mark));
  let task: Task | undefined;
  let over: Error | undefined;

  function close(why: string): void {
    over = new Error(`the shell that asks file systems ${why}`);
    task?.reject(over);
  }

  child.stdin.on('error', () => {});
  child.stdout.on('error', () => {});
  child.stdin.write(script);
  child.stdout.on('data', (chunk: Buffer) => {
    const { before, after } = cut(chunk);
    if (before.length > 0) task?.hear(before);
    if (after === undefined) return;
    task?.resolve(Number(after));
    task = undefined;
  });
  let fault: Error | undefined;
  child.once('error', (error) => {
    fault = error;
  });
  const gone = new Promise<void>((resolve) => {
    // When nothing holds its output any longer: not the shell, and not what outlived it.
    child.once('close', (code, signal) => {
      close(fault === undefined ? `ended (${signal ?? `exit code ${code}`})` : `cannot be started: ${fault.message}`);
      resolve();
    });
  });

  return {
    gone,
    get over() {
      return over !== undefined;
    },
    run(command, hear) {
      return new Promise((resolve, reject) => {
        if (over !== undefined) return reject(over);
        task = { hear, resolve, reject };
        child.stdin.write(`${command} </dev/null 2>&1; printf '\\004%s %s\\n' ${mark.slice(1, -1)} $?\n`, 'latin1');
      });
    },
    end: () => child.stdin.end(),
    kill() {
      over ??= new Error('the shell that asks file systems was ended');
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {}
      // It may go on to hang where no signal reaches it; that is to keep nobody here from ending.
      child.unref();
      child.stdin.destroy();
      if (child.stdout instanceof Socket) child.stdout.unref();
    },
  };
}

const NOTHING = Buffer.alloc(0);
const LINE_FEED = 10;

/** Cuts what comes, however it is cut already, at a mark: gives what stands before it, and at the end the rest of the mark's line. */
function cutAt(mark: Buffer): (chunk: Buffer) => { readonly before: Buffer; readonly after?: string } {
  let held: Buffer = NOTHING;
  return (chunk) => {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const at = bytes.lastIndexOf(mark.subarray(0, 1));
    const rest = at < 0 ? NOTHING : bytes.subarray(at);
    const mayBeMark = rest.length > 0 && rest.subarray(0, mark.length).equals(mark.subarray(0, rest.length));
    if (!mayBeMark) {
      held = NOTHING;
      return { before: bytes };
    }
    const before = bytes.subarray(0, at);
    const end = rest.indexOf(LINE_FEED);
    held = end < 0 ? rest : NOTHING;
    return end < 0 ? { before } : { before, after: rest.toString('latin1', mark.length, end) };
  };
}

/** A word of the shell that holds exactly these bytes. */
export function quoted(bytes: string): string {
  return `'${bytes.replaceAll("'", `'\\''`)}'`;
}
