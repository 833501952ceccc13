import { createHash } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change } from '../../../model/change.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { type Instant, MINUTE } from '../../../model/time.ts';
import { findProgram } from '../../../programs/find-program.ts';
import { runProgram } from '../../../programs/run-program.ts';
import type { Machine } from '../machine.ts';
import type { Source, ToldElsewhere } from '../source.ts';
import { differenceInLines } from './rule-lines.ts';
import { readRuleSet } from './rule-set.ts';

interface Known {
  /** By program. */
  readonly backends: Readonly<Record<string, string>>;
  /** By who read them, as they were read last. */
  readonly rules: Readonly<Record<string, Rules>>;
}

interface Rules {
  readonly hash: string;
  /** Absent where they are too many to be kept. */
  readonly lines?: readonly string[];
}

const PROGRAMS = ['iptables', 'ip6tables'];
/** So many lines are kept to say what differs. */
const LINES_KEPT = 2_000;
const LINES_TOLD = 40;

/**
 * Which of its two backends iptables writes to, and whether the rules are still the same, coarsely; the rules only where no other exporter tells
 * of them.
 */
export function firewallSource(machine: Machine, toldElsewhere: ToldElsewhere = () => false): Source<Known> {
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
      const read = await readRuleSet(machine, signal);
      if (read === undefined && Object.keys(backends).length === 0) return undefined;
      if (read === undefined) return { changes, known: { backends, rules: known?.rules ?? {} } };
      const rules = rulesOf(read.lines);
      const before = known?.rules[read.reader];
      if (known !== undefined && before !== undefined && before.hash !== rules.hash) {
        const isTold = toldElsewhere('firewall rules');
        // Who tells is known soon; until then it is as if nobody had looked.
        if (isTold === undefined) return { changes, known: { backends, rules: known.rules } };
        if (!isTold) changes.push(altered(before, rules, now));
      }
      return { changes, known: { backends, rules: { ...known?.rules, [read.reader]: rules } } };
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

function rulesOf(lines: readonly string[]): Rules {
  const hash = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);
  return { hash, ...(lines.length <= LINES_KEPT && { lines }) };
}

function altered(before: Rules, after: Rules, at: Instant): Change {
  const difference =
    before.lines !== undefined && after.lines !== undefined
      ? differenceInLines(before.lines, after.lines, LINES_TOLD)
      : [`more than ${LINES_KEPT} lines are not compared one by one`];
  return {
    at,
    kind: 'firewall',
    what: 'rule set',
    from: before.hash,
    to: after.hash,
    detail: difference.join('\n'),
  };
}
