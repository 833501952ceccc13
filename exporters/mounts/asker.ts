import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { logText } from '../../model/log-text.ts';
import { type Answer, FORMAT, readAnswer } from './answer.ts';

/**
 * A small shell that asks file systems, in a process of its own: it may hang. It stays, because starting a process from this one
 * holds its loop for milliseconds, and from a shell does not.
 */
export interface Asker {
  /** Resolves once it can be asked. Rejects when it is gone before. */
  readonly ready: Promise<void>;
  /**
   * Asks at each path (bytes as Latin-1) in turn, and tells each answer as it comes. Resolves after the last; rejects when the shell is
   * gone before, or has no `stat`. One at a time.
   */
  ask(paths: readonly string[], hear: (answer: Answer) => void): Promise<void>;
  /** Lets it end once it has nothing to do. */
  end(): void;
  /** Ends it and what it runs, as far as the kernel lets it. */
  kill(): void;
  /** Resolves with the reason when it and what it ran are gone. */
  readonly gone: Promise<string>;
}

const DONE = 'signalbox: done';
/** More in one line is no answer of stat. */
const LINE_CHARS = 32_768;

/** One stat for all, telling each at once; where there is no stdbuf (busybox), one stat for each, told at its end. */
const SCRIPT = `if command -v stdbuf >/dev/null; then
ask() { stdbuf -oL stat -f -c '${FORMAT}' -- "$@"; }
else
ask() { for one; do stat -f -c '${FORMAT}' -- "$one"; done; }
fi
echo '${DONE}'
`;

export function startAsker(): Asker {
  const child = spawn('sh', ['-s'], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  let hear: (line: string) => void = () => {};
  let fail: (error: Error) => void = () => {};
  readLines(child.stdout, (line) => hear(line));
  child.stdin.on('error', () => {});
  let over: Error | undefined;
  const gone = ending(child);
  void gone.then((why) => {
    over = new Error(why);
    fail(over);
  });

  function order(command: string, wanted: number, onAnswer: (answer: Answer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (over !== undefined) return reject(over);
      let count = 0;
      let noise = '';
      fail = reject;
      hear = (line) => {
        const answer = readAnswer(line);
        if (answer !== undefined) {
          count++;
          onAnswer(answer);
        } else if (line !== DONE) noise = logText(Buffer.from(line.slice(0, 200), 'latin1'));
        else if (count >= wanted) resolve();
        else reject(new Error(`stat answered for ${count} of ${wanted} file systems: ${noise}`));
      };
      child.stdin.write(command, 'latin1');
    });
  }

  return {
    gone,
    ready: order(SCRIPT, 0, () => {}),
    ask: (paths, onAnswer) =>
      order(`ask ${paths.map(quoted).join(' ')} </dev/null 2>&1; echo '${DONE}'\n`, paths.length, onAnswer),
    end: () => child.stdin.end(),
    kill() {
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

/** A word of the shell that holds exactly these bytes. */
function quoted(bytes: string): string {
  return `'${bytes.replaceAll("'", `'\\''`)}'`;
}

function readLines(stream: Readable, hear: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('latin1');
  stream.on('error', () => {});
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(-LINE_CHARS);
    for (const line of lines) hear(line);
  });
}

/** Resolves when nothing holds its output any longer: not the shell, and not a stat that outlived it. */
function ending(child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> {
  let fault: Error | undefined;
  child.once('error', (error) => {
    fault = error;
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) =>
      resolve(
        fault === undefined
          ? `the shell that asks file systems ended (${signal ?? `exit code ${code}`})`
          : `the shell that asks file systems cannot be started: ${fault.message}`,
      ),
    );
  });
}
