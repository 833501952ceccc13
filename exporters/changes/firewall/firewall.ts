import { createHash } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change } from '../../../model/change.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { MINUTE } from '../../../model/time.ts';
import { findProgram } from '../../../programs/find-program.ts';
import { runProgram } from '../../../programs/run-program.ts';
import type { Machine } from '../machine.ts';
import type { Source } from '../source.ts';
import { differenceInLines } from './rule-lines.ts';
import { readRuleSet } from './rule-set.ts';

interface Known {
  /** By program. */
  readonly backends: Readonly<Record<string, string>>;
  /** A short hash of the rules, and the rules where they are not too many; undefined without the right to read them. */
  readonly rules?: { readonly hash: string; readonly lines: readonly string[] } | undefined;
}

const PROGRAMS = ['iptables', 'ip6tables'];
/** So many lines are kept to say what differs. */
const LINES_KEPT = 2_000;
const LINES_TOLD = 40;

/** Which of its two backends iptables writes to, and whether the rules are still the same, coarsely. */
export function firewallSource(machine: Machine): Source<Known> {
  return {
    name: 'firewall',
    everyMs: 5 * MINUTE,
    watched: () => [join(machine.root, 'etc/alternatives')],
    async look({ known, now, signal }) {
      const backends: Record<string, string> = {};
      const changes: Change[] = [];
      for (const program of PROGRAMS) {
        const to = await backendOf(machine, program, signal);
        if (to !== undefined) backends[program] = to;
        const from = known?.backends[program];
        if (known !== undefined && from !== to)
          changes.push({ at: now, ...(await moved(machine, program)), ...(from && { from }), ...(to && { to }) });
      }
      const lines = await readRuleSet(machine, signal);
      if (lines === undefined && Object.keys(backends).length === 0) return undefined;
      const rules = lines && { hash: hashOf(lines), lines: lines.length <= LINES_KEPT ? lines : [] };
      if (known?.rules !== undefined && rules !== undefined && known.rules.hash !== rules.hash)
        changes.push({
          at: now,
          kind: 'firewall',
          what: 'rule set',
          from: known.rules.hash,
          to: rules.hash,
          detail: differenceInLines(known.rules.lines, rules.lines, LINES_TOLD).join('\n'),
        });
      return { changes, known: { backends, rules: rules ?? known?.rules } };
    },
  };
}

async function moved({ root }: Machine, program: string): Promise<Omit<Change, 'at'>> {
  const link = await readlink(join(root, 'etc/alternatives', program)).catch(() => undefined);
  return {
    kind: 'firewall',
    what: `${program} backend`,
    ...(link && { detail: `/etc/alternatives/${program} leads to ${oneLine(link)}` }),
  };
}

/** `iptables v1.8.9 (nf_tables)`, or `(legacy)`; before 1.8 there was nothing to tell apart. */
async function backendOf(machine: Machine, program: string, signal: AbortSignal): Promise<string | undefined> {
  const path = await findProgram(program, machine.path);
  if (path === undefined) return undefined;
  const said = await runProgram([path, '--version'], { signal });
  return oneLine(/\((.+)\)/.exec(said)?.[1] ?? 'legacy', 40);
}

function hashOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);
}
