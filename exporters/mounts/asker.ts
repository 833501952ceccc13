import { logText } from '../../model/log-text.ts';
import { quoted, startShell } from '../../programs/kept-shell.ts';
import { splitLines } from '../../programs/lines.ts';
import { type Answer, FORMAT, readAnswer } from './answer.ts';

/** A kept shell that asks file systems: it may hang. */
export interface Asker {
  /** Resolves once it can be asked. Rejects when it is gone before. */
  readonly ready: Promise<unknown>;
  /**
   * Asks at each path (bytes as Latin-1) in turn, and tells each answer as it comes. Resolves after the last; rejects when the shell is
   * gone before, or has no `stat`. One at a time.
   */
  ask(paths: readonly string[], hear: (answer: Answer) => void): Promise<void>;
  /** Lets it end once it has nothing to do. */
  end(): void;
  /** Ends it and what it runs, as far as the kernel lets it. */
  kill(): void;
  /** Resolves when it and what it ran are gone. */
  readonly gone: Promise<void>;
}

/** More in one line is no answer of stat. */
const LINE_BYTES = 32_768;

/** One stat for all, telling each at once; where there is no stdbuf (busybox), one stat for each, told at its end. */
const SCRIPT = `if command -v stdbuf >/dev/null; then
ask() { stdbuf -oL stat -f -c '${FORMAT}' -- "$@"; }
else
ask() { for one; do stat -f -c '${FORMAT}' -- "$one"; done; }
fi
`;

export function startAsker(): Asker {
  const { run, end, kill, gone } = startShell(SCRIPT);
  return {
    ready: run(':', () => {}),
    async ask(paths, hear) {
      let count = 0;
      let noise = '';
      const { take } = splitLines(LINE_BYTES, (line) => {
        const answer = readAnswer(line);
        if (answer === undefined) {
          noise = logText(Buffer.from(line.slice(0, 200)));
          return;
        }
        count++;
        hear(answer);
      });
      await run(`ask ${paths.map(quoted).join(' ')}`, take);
      if (count < paths.length) throw new Error(`stat answered for ${count} of ${paths.length} file systems: ${noise}`);
    },
    end,
    kill,
    gone,
  };
}
