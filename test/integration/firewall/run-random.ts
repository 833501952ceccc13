import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { Report } from '../../../exporters/docker-firewall/report.ts';
import { parseIp } from '../../../exporters/docker-firewall/rules/addresses.ts';
import { readSets } from '../../../exporters/docker-firewall/rules/ipset-save.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { type Backend, STRANGER_ADDRESS } from '../docker-host/private-host.ts';
import { type Comparison, lineOn, type Outcome, verdictsAgainst } from './outcome.ts';
import { chanceOf } from './random/chance.ts';
import { randomIptables } from './random/iptables-rule.ts';
import { randomSetting } from './random/kernel-setting.ts';
import { randomNativeTable } from './random/native-table.ts';
import { assertSure } from './run-matrix.ts';
import { compare } from './try-scenario.ts';
import { startWorld, type World, type WorldKind } from './world.ts';

const STRANGER_ADDRESS_6 = '2001:db8:113::2';

/** Which rounds: `rounds` of them, the first one's seed being `seed`, the next one's one more. */
export interface Rounds {
  readonly seed: number;
  readonly rounds: number;
}

/** What rounds are asked for by FIREWALL_RANDOM_SEED and FIREWALL_RANDOM_ROUNDS. */
export function roundsWanted(rounds: number): Rounds {
  const { FIREWALL_RANDOM_SEED: seed = '1', FIREWALL_RANDOM_ROUNDS: wanted = String(rounds) } = process.env;
  return { seed: Number(seed), rounds: Number(wanted) };
}

/** Breaks a healthy host at random, round after round, and compares each report with what clients find. */
export async function runRandom(
  t: TestContext,
  kind: WorldKind,
  backend: Backend,
  { seed, rounds }: Rounds,
): Promise<void> {
  t.diagnostic(`FIREWALL_RANDOM_SEED=${seed} FIREWALL_RANDOM_ROUNDS=${rounds}`);
  await using world = await startWorld(kind, backend);
  const outcomes: Outcome[] = [];
  let asked = 0;
  let taken = 0;
  for (let round = seed; round < seed + rounds; round++) {
    await t.test(`seed ${round}`, async () => {
      const doings = doingsOf(round, kind, backend);
      const outcome = await tryDoings(world, `seed ${round}`, doings);
      outcomes.push(outcome);
      asked += doings.length;
      taken += outcome.taken;
      if (outcome.wrong.length === 0) return;
      const fewest = await shrink(world, doings);
      const { wrong } = await tryDoings(world, `seed ${round}`, fewest);
      assert.fail([...fewest, ...(wrong.length > 0 ? wrong : outcome.wrong)].join('\n'));
    });
  }
  t.diagnostic(`${taken} of ${asked} random doings were taken by the kernel`);
  assert.ok(taken > asked / 2, `only ${taken} of ${asked} random doings were taken by the kernel`);
  assertSure(t, outcomes);
}

/** One to four things that an administrator might do, each a script. */
function doingsOf(seed: number, kind: WorldKind, backend: Backend): readonly string[] {
  const chance = chanceOf(seed);
  const hasSix = kind === 'v6';
  return Array.from({ length: 1 + chance.below(4) }, (_, at) => {
    const kindOf = chance.below(100);
    if (kindOf < 62) return randomIptables(chance, backend, hasSix, `R${at}`);
    return kindOf < 92 ? randomNativeTable(chance, hasSix, `r${at}`) : randomSetting(chance, hasSix);
  });
}

interface Tried extends Outcome {
  /** How many of the doings the kernel and its programs took; the others are left out. */
  readonly taken: number;
}

async function tryDoings(world: World, name: string, doings: readonly string[]): Promise<Tried> {
  try {
    let taken = 0;
    for (const one of doings)
      taken += await world.run(one).then(
        () => 1,
        () => 0,
      );
    const snapshot = await world.snapshot();
    const told = reportTo(snapshot);
    const comparisons = await compare(world, snapshot, told);
    const untold = evaluate(snapshot);
    // What is said of just anyone is not said of those whom a set names.
    const anyone = comparisons
      .filter(({ knocked: { from, family } }) => from !== 'outside' || !isNamed(snapshot, family))
      .map((one): Comparison => ({ ...one, said: lineOn(untold, one.knocked) }));
    return {
      name,
      taken,
      snapshot,
      comparisons,
      findings: told.findings,
      wrong: [...verdictsAgainst(comparisons), ...verdictsAgainst(anyone)],
    };
  } finally {
    await world.healthy.restore();
  }
}

/** The report on the very stranger who knocks, by each family's address. */
function reportTo(snapshot: Snapshot): Report {
  const four = evaluate(snapshot, { from: STRANGER_ADDRESS });
  const six = evaluate(snapshot, { from: STRANGER_ADDRESS_6 });
  const ofFamily = (report: Report, family: 4 | 6) => report.ports.filter((one) => one.family === family);
  return { ...four, ports: [...ofFamily(four, 4), ...ofFamily(six, 6)] };
}

/** Whether a set names the stranger who knocks. */
function isNamed(snapshot: Snapshot, family: 4 | 6): boolean {
  const ip = parseIp(family === 4 ? STRANGER_ADDRESS : STRANGER_ADDRESS_6)?.ip ?? 0;
  const sets = readSets(snapshot);
  return snapshot.sets?.some(({ name }) => sets.names(name, ip)) ?? false;
}

/** Leaves out what is not needed for a report to be wrong. */
async function shrink(world: World, doings: readonly string[]): Promise<readonly string[]> {
  for (const [at] of doings.entries()) {
    const fewer = doings.toSpliced(at, 1);
    if (fewer.length > 0 && (await tryDoings(world, '', fewer)).wrong.length > 0) return shrink(world, fewer);
  }
  return doings;
}
