import { networkInterfaces } from 'node:os';
import { messageOf } from '../../../model/errors.ts';
import type { OpenOutside } from '../../../model/outside.ts';
import type { Resolve } from '../../../model/probe.ts';
import { quote, reason, targetAfter } from '../../../model/reason.ts';
import type { Clock } from '../../../model/time.ts';
import { OWN_WORKER, startVantage } from '../client.ts';
import type { OpenVantage, VantageContext } from '../kinds.ts';
import { ASK_BOX, BeyondReach, type Names } from '../names.ts';
import type { Vantage } from '../vantage.ts';

export interface OutsideVantageOptions {
  readonly clock: Clock;
  readonly open: OpenOutside;
  /** Finds names as the box itself does: the stranger has no name servers. */
  readonly resolve: Resolve;
  readonly onTrouble: (words: string) => void;
}

/** `outside`: checks made by a worker in the stranger's namespace. Where none can be made, every finding is `unknown` and says why. */
export function outsideVantage({ clock, open, resolve, onTrouble }: OutsideVantageOptions): Vantage {
  let worker: { readonly door: string; readonly vantage: Vantage } | undefined;

  function workerBehind(door: readonly string[]): Vantage {
    const name = door.join(' ');
    if (worker?.door === name) return worker.vantage;
    const before = worker;
    before?.vantage.stop().catch((error: unknown) => onTrouble(String(error)));
    const command = [...door, ...OWN_WORKER, ASK_BOX];
    worker = {
      door: name,
      vantage: startVantage({ name: 'outside', clock, command, names: ownAddresses(resolve), onTrouble }),
    };
    return worker.vantage;
  }

  return {
    name: 'outside',
    async check(request, signal) {
      let door: readonly string[];
      try {
        ({ door } = await open());
      } catch (error) {
        return { verdict: 'unknown', reason: [quote(messageOf(error), 'there is no view from outside')] };
      }
      return workerBehind(door).check(request, signal);
    },
    async stop() {
      await worker?.vantage.stop();
    },
  };
}

/** `outside` as one of the list: it can run whatever its worker has. */
export function openOutsideVantage({ surroundings, outside, onTrouble }: VantageContext): OpenVantage {
  const { clock, resolve } = surroundings;
  const place = outsideVantage({ clock, open: outside, resolve, onTrouble });
  return { placeFor: () => place, stop: place.stop };
}

/** Keeps to the addresses of this machine that a stranger may try: its others, and everybody else's, are beyond his reach. */
export function ownAddresses(resolve: Resolve, addressesHere: () => ReadonlySet<string> = machineAddresses): Names {
  return async (host, family, signal) => {
    const resolved = await resolve(host, family, signal);
    const here = addressesHere();
    const addresses = resolved.addresses.filter(({ address }) => here.has(address));
    if (addresses.length > 0) return { ...resolved, addresses };
    const found = resolved.addresses.map(({ address }) => address).join(', ');
    throw new BeyondReach(
      reason`outside can reach only this machine's own addresses, and not its loopback${targetAfter(': ', `${host} is ${found}`)}`,
    );
  };
}

function machineAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
    ),
  );
}
