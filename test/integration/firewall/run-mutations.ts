import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { Backend } from '../docker-host/private-host.ts';
import { type Comparison, findFaults, inWords, type Outcome } from './outcome.ts';
import { assertSure } from './run-matrix.ts';
import { compare, type Health, lookAtHealth, losesPort } from './try-scenario.ts';
import { startWorld, type World, type WorldKind } from './world.ts';

/** A rule of a healthy host. */
interface Line {
  readonly program: string;
  readonly table: string;
  readonly rule: string;
}

/** Deletes each rule of a healthy host in turn, and compares the report with what clients then find. */
export async function runMutations(t: TestContext, kind: WorldKind, backend: Backend): Promise<void> {
  await using world = await startWorld(kind, backend);
  const health = await lookAtHealth(world);
  const outcomes: Outcome[] = [];
  for (const line of linesOf(world)) {
    await t.test(`without ${line.program} ${line.table} ${line.rule}`, async () => {
      const outcome = await deleteLine(world, health, line);
      outcomes.push(outcome);
      assert.deepEqual(outcome.wrong, []);
    });
  }
  assertSure(t, outcomes);
}

/** Every `-A` line. A chain's own line cannot go while rules lead to it. */
function linesOf(world: World): readonly Line[] {
  return Object.entries(world.healthy.saved).flatMap(([program, text]) => {
    let table = '';
    return text.split('\n').flatMap((line): readonly Line[] => {
      if (line.startsWith('*')) table = line.slice(1);
      return line.startsWith('-A ') ? [{ program, table, rule: line }] : [];
    });
  });
}

async function deleteLine(world: World, health: Health, { program, table, rule }: Line): Promise<Outcome> {
  try {
    await world.run(`${program} -t ${table} -D${rule.slice(2)}`);
    const snapshot = await world.snapshot();
    const { findings, ...report } = evaluate(snapshot);
    const comparisons = await compare(world, snapshot, { ...report, findings });
    const lost = losesPort(comparisons, health);
    const blocking = findings.filter(({ check }) => check === 'forward_blocked');
    const wrong = [
      ...findFaults({ breaks: lost, finds: { checks: [], cause: /./ } }, lost, comparisons, findings),
      ...(lost && findings.length === 0 ? ['a port is lost to strangers, and nothing was found'] : []),
      ...(losesAny(comparisons, health) ? [] : blocking.map((one) => `nothing is blocked, and yet: ${inWords(one)}`)),
    ];
    return { name: `${program} ${table} ${rule}`, snapshot, comparisons, findings, wrong };
  } finally {
    await world.healthy.restore();
  }
}

function losesAny(comparisons: readonly Comparison[], { reached }: Health): boolean {
  return comparisons.some((one) => !one.reached && reached.has(JSON.stringify(one.knocked)));
}
