import type { PortVerdict } from '../../model/firewall-verdict.ts';
import type { Monitor } from '../../model/monitor.ts';
import { quoteAfter, reason } from '../../model/reason.ts';
import { type OpenVantage, type VantageContext, vantageKinds } from './kinds.ts';
import type { Vantage } from './vantage.ts';

/** All places that checks are made from. */
export interface Vantages {
  /** The place that makes this monitor's checks from the vantage of that name. Throws when there is none of that name. */
  placeOf(monitor: Pick<Monitor, 'traits' | 'port'>, vantage: string): Vantage;
  /** Resolves once every place has ended. */
  stop(): Promise<void>;
}

/** Opens every vantage of the list. `portVerdict` is asked why an external client could not reach a port. */
export async function openVantages(context: VantageContext, portVerdict?: PortVerdict): Promise<Vantages> {
  const opened = new Map<string, OpenVantage>();
  for (const [name, kind] of Object.entries(vantageKinds)) opened.set(name, await kind.open(context));
  return {
    placeOf({ traits, port }, vantage) {
      const place = opened.get(vantage)?.placeFor(traits);
      if (place === undefined) throw new Error(`there is no vantage ${vantage}`);
      const isExternal = vantageKinds[vantage]?.external;
      if (!isExternal || port === undefined || portVerdict === undefined) return place;
      return explained(place, () => portVerdict(port.protocol, port.number));
    },
    async stop() {
      await Promise.all([...opened.values()].map((one) => one.stop()));
    },
  };
}

/** To what is down it adds what the firewall says. */
function explained(place: Vantage, firewall: () => string | undefined): Vantage {
  return {
    ...place,
    async check(request, signal) {
      const found = await place.check(request, signal);
      const said = found.verdict === 'down' ? firewall() : undefined;
      return said === undefined
        ? found
        : { ...found, reason: reason`${found.reason}${quoteAfter('; firewall: ', said)}` };
    },
  };
}
