import { spawn } from 'node:child_process';
import { oneLine } from '../../../model/outside-text.ts';
import { programPath } from '../../../programs/find-program.ts';

/** Calls back whenever the rules of nftables or iptables-nft change, until `signal` is aborted. Rejects in words when that cannot be watched. */
export function monitorNft(onChange: () => void, signal: AbortSignal): Promise<void> {
  // Without elements of sets: some rules add them with every packet. It ends with us, also when we are killed.
  const command = ['--pdeathsig', 'KILL', 'nft', 'monitor', 'ruleset'];
  const child = spawn('setpriv', command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: programPath(), LC_ALL: 'C' },
    signal,
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stdout.on('data', onChange);
  child.stderr.on('data', (part: Buffer) => {
    if (complaint.length < 300) complaint += part.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        reject(new Error('changes of rules are seen late: setpriv (util-linux) is not installed'));
    });
    child.once('close', (code, killedBy) => {
      if (signal.aborted) return resolve();
      const words = oneLine(complaint, 300);
      reject(
        new Error(
          `changes of rules are seen late: nft monitor ended with ${killedBy ?? `exit code ${code}`}: ${words}`,
        ),
      );
    });
  });
}
