import { oneLine } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';
import type { LocalTime } from '../logs/local-time.ts';

/** Something that dpkg began to do to a package. */
export interface Action {
  readonly at: Instant;
  /** With its architecture only where that is a foreign one. */
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

const NONE = '<none>';
/** Debian's names of the architectures that Node runs on. */
const NATIVE: Partial<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armhf',
  ia32: 'i386',
  riscv64: 'riscv64',
  ppc64: 'ppc64el',
  s390x: 's390x',
};

/**
 * An action out of a line of dpkg.log, as dpkg(1) and its src/main/log.c have it: `2026-11-21 05:20:41 upgrade curl:amd64 7.88-1 7.88-2`. Undefined for
 * lines that say how far dpkg is, and for `purge`, which follows a `remove` and takes only the settings.
 */
export function readDpkgLine(line: string, instantOf: LocalTime): Action | undefined {
  const [, verb, named = '', before = NONE, after = NONE] =
    /^[\d-]+ {1,2}[\d:]+ (install|upgrade|remove) (\S{1,200}) (\S{1,200})(?: (\S{1,200}))?$/.exec(line) ?? [];
  if (verb === undefined) return undefined;
  const at = instantOf(line);
  if (at === undefined) return undefined;
  const name = packageName(named);
  // A package whose settings had stayed is installed `from` the version that they were of.
  const from = verb === 'install' ? NONE : before;
  const to = verb === 'remove' ? NONE : after;
  return {
    at,
    name,
    ...(from !== NONE && { from: oneLine(from) }),
    ...(to !== NONE && { to: oneLine(to) }),
  };
}

/** A package's name without its architecture, where that is the machine's own. */
export function packageName(named: string): string {
  const [name = '', architecture] = oneLine(named).split(':');
  return architecture === undefined || architecture === 'all' || architecture === NATIVE[process.arch]
    ? name
    : `${name}:${architecture}`;
}
