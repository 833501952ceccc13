import type { TestContext } from 'node:test';
import { requireProgram } from '../../require-program.ts';

const PROGRAMS = ['dockerd', 'containerd', 'runc', 'busybox', 'ip', 'iptables-nft', 'ipset', 'nft', 'nsenter'];

/** Whether a dockerd can be run here; without one the test is skipped, with words. */
export function requireDocker(t: TestContext): boolean {
  if (process.getuid?.() !== 0) {
    t.skip('needs root, for network namespaces and dockerd');
    return false;
  }
  return PROGRAMS.every((one) => requireProgram(one, t) !== undefined);
}
