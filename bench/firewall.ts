import { evaluate } from '../exporters/docker-firewall/evaluate.ts';
import { manyContainers } from '../test/exporters/docker-firewall/evaluate/many.ts';
import { atMost, quantileOf, type Row, told } from './row.ts';

const ROUNDS = 40;

/** One evaluation of a host with 50 containers on 5 networks and 1,000 rules. Ten seconds. */
export async function rows(): Promise<Row[]> {
  const snapshot = manyContainers(50, 1_000);
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = processorMs();
    const { ports } = evaluate(snapshot);
    took.push(processorMs() - began);
    const bad = ports.filter(({ from, verdict }) => from === 'outside' && verdict !== 'reachable').length;
    if (bad > 0) throw new Error(`${bad} ports of a healthy host are not reachable`);
    // The collector has its turn between two, as it has in the box.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return [
    atMost('walking the firewall: 50 containers, 1,000 rules', quantileOf(took, 0.5), 50, 'ms'),
    told('of it the first, not yet compiled', `${Math.round(took[0] ?? Number.NaN)} ms`),
  ];
}

/** Processor time of this thread: on a busy machine the wall says little. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

if (import.meta.main)
  for (const one of await rows()) console.log(one.ok ? ' ' : '!', one.what.padEnd(62), one.value.padStart(12), one.bar);
