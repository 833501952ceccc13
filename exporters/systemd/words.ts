import { constants } from 'node:os';

/** How a unit's run ended, in systemd's own terms. */
export interface Ending {
  /** The property Result. */
  readonly result: string;
  /** The property ExecMainCode: 1 exited, 2 killed, 3 killed with a core dump (siginfo's CLD_*); 0 when no main process ended. */
  readonly code?: number | undefined;
  /** The property ExecMainStatus: the exit code or the number of the signal. */
  readonly status?: number | undefined;
}

/** systemd.exec(5), "Process Exit Codes": what systemd itself says when it could not come to run the program. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  200: 'its working directory could not be entered',
  202: 'its file descriptors could not be handed over',
  203: 'the program could not be executed',
  204: 'there was no memory to start it',
  205: 'its resource limits could not be set',
  206: 'its OOM score could not be set',
  208: 'its standard input could not be opened',
  209: 'its standard output could not be opened',
  210: 'its root directory could not be entered',
  214: 'its scheduling could not be set',
  216: 'its group does not exist',
  217: 'its user does not exist',
  218: 'its capabilities could not be set',
  219: 'its cgroup could not be made',
  222: 'its standard error could not be opened',
  224: 'PAM refused it',
  225: 'its network namespace could not be made',
  226: 'its mount namespace could not be made',
  228: 'its system call filter could not be set',
  231: 'its AppArmor profile could not be set',
  233: 'its runtime directory could not be made',
  237: 'its keyring could not be set up',
  238: 'its state directory could not be made',
  239: 'its cache directory could not be made',
  240: 'its logs directory could not be made',
  241: 'its configuration directory could not be made',
  243: 'its credentials could not be read',
};

/** systemd.service(5) and its kin: what a Result means beyond how the process ended. */
const RESULTS: Readonly<Record<string, string>> = {
  'start-limit-hit': 'it failed too often and is not started again',
  'unit-start-limit-hit': 'what it starts failed too often and is not started again',
  'service-start-limit-hit': 'its service failed too often and is not started again',
  'trigger-limit-hit': 'it was triggered too often',
  'mount-start-limit-hit': 'its mount failed too often',
  timeout: 'it did not start or stop in time',
  watchdog: 'it did not report to its watchdog in time',
  protocol: 'it did not do what its type demands (it never said that it is ready, or wrote no PID file)',
  resources: 'systemd lacked what it needs to start it',
  'exec-condition': 'its ExecCondition did not hold',
  'exit-code': 'one of its commands failed',
  signal: 'one of its commands was killed',
  'core-dump': 'one of its commands crashed',
  unseen: 'nobody was looking when it failed',
};

/** Why a run ended badly, in words: `exit code 1`, `killed by SIGKILL (out of memory)`. */
export function endingInWords({ result, code = 0, status = 0 }: Ending): string {
  const process = processInWords(code, status);
  if (result === 'oom-kill') {
    const wasMain = code === 2 && signalName(status) === 'SIGKILL';
    return wasMain ? 'killed by SIGKILL (out of memory)' : 'one of its processes was killed by SIGKILL (out of memory)';
  }
  const meaning = RESULTS[result] ?? `systemd calls it ${result}`;
  if (process === undefined) return meaning;
  if (result === 'exit-code' || result === 'signal' || result === 'core-dump') return process;
  return result.endsWith('limit-hit') ? `${meaning}; the last time: ${process}` : `${meaning}: ${process}`;
}

/** The exit code of a unit's main process, or the name of the signal that ended it; neither when none has ended. */
export function exitOf({ code = 0, status = 0 }: Omit<Ending, 'result'>): { exitCode?: number; signal?: string } {
  if (code === 1) return { exitCode: status };
  return code === 2 || code === 3 ? { signal: signalName(status) } : {};
}

function processInWords(code: number, status: number): string | undefined {
  if (code === 2) return `killed by ${signalName(status)}`;
  if (code === 3) return `crashed with ${signalName(status)} and left a core dump`;
  if (code !== 1 || status === 0) return undefined;
  const meaning = EXIT_CODES[status];
  if (meaning !== undefined) return `exit code ${status}: ${meaning}`;
  // A shell says so of a program that was killed.
  const signal = status > 128 && status < 160 ? signalName(status - 128) : undefined;
  return signal?.startsWith('SIG') ? `exit code ${status}: what it ran was killed by ${signal}` : `exit code ${status}`;
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, one]) => one === number)?.[0] ?? `signal ${number}`;
}
