import { closeSync, openSync } from 'node:fs';

/** A Ctrl-C may arrive twice at once: from the terminal, and handed on by what started us. */
const SAME_WISH_MS = 1_000;

/** What the terminal, or whoever supervises the box, wants of it. */
export interface Wishes {
  /** Aborted by the first SIGINT or SIGTERM, and by a terminal that was closed. */
  readonly stop: AbortSignal;
  /** Calls back for each SIGHUP; also for one that came before anybody asked. */
  onReload(callback: () => void): void;
}

/**
 * Listens to signals from now on, to the last moment of the process: one that nobody hears would end it before its time. One to stop
 * that comes again a second after the first calls `onHurry`.
 */
export function hearWishes(onHurry: () => void): Wishes {
  const stop = new AbortController();
  const fromTerminal = process.stdin.isTTY === true;
  let asked = false;
  let reload = () => {
    asked = true;
  };
  let since = Number.POSITIVE_INFINITY;
  const end = (): void => {
    if (performance.now() - since > SAME_WISH_MS) onHurry();
    since = Math.min(since, performance.now());
    stop.abort();
  };
  const hangUp = (): void => (fromTerminal && terminalIsGone() ? end() : reload());
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', hangUp);
  return {
    stop: stop.signal,
    onReload(callback) {
      reload = callback;
      if (asked) callback();
    },
  };
}

/** A closed window sends SIGHUP as well; then no process of its session can open the terminal any more, see tty(4). */
function terminalIsGone(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}
