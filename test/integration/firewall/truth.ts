import type { From } from '../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { HOST_ADDRESS } from '../docker-host/private-host.ts';
import type { World } from './world.ts';

/** A published port, as Docker itself lists it, and where somebody knocks on it from. */
export interface Knocked {
  readonly container: string;
  readonly proto: 'tcp' | 'udp';
  readonly family: 4 | 6;
  readonly hostAddress: string;
  readonly port: number;
  readonly from: From;
  /** Where one knocks. */
  readonly at: string;
}

/** Every published port of a host, from every place that a verdict speaks of. */
export function knocksOf(snapshot: Snapshot): readonly Knocked[] {
  const containers = (snapshot.docker?.containers ?? []) as unknown as readonly Inspected[];
  const { networks = [], info } = snapshot.docker ?? {};
  // A rootless Docker's bridges are in a network of its own, where nobody looks.
  const isRootless = (info?.SecurityOptions as readonly string[] | undefined)?.includes('name=rootless');
  const bridges = networks.filter(({ Driver }) => Driver === 'bridge' && !isRootless).map(({ Name }) => Name);
  return containers.flatMap(({ Name, NetworkSettings }) =>
    Object.entries(NetworkSettings.Ports ?? {}).flatMap(([inner, bindings]) =>
      (bindings ?? []).flatMap(({ HostIp, HostPort }): readonly Knocked[] => {
        const family = HostIp.includes(':') ? 6 : 4;
        const proto = inner.endsWith('udp') ? ('udp' as const) : ('tcp' as const);
        const knocked = {
          container: Name.replace('/', ''),
          proto,
          family,
          hostAddress: HostIp,
          port: Number(HostPort),
        } as const;
        const at = addressesAt(HostIp, family);
        const elsewhere = [...gatewaysOf(containers, family)].filter(
          ([one]) => bridges.includes(one) && !(one in NetworkSettings.Networks),
        );
        return [
          { ...knocked, from: 'outside', at: at.outside },
          { ...knocked, from: 'host', at: at.host },
          ...elsewhere.map(
            ([one, gateway]): Knocked => ({ ...knocked, from: `bridge:${one}`, at: at.bridge ?? gateway }),
          ),
        ];
      }),
    ),
  );
}

/** The networks whose containers speak that family and may speak to others, with the host's address in each. */
function gatewaysOf(containers: readonly Inspected[], family: 4 | 6): ReadonlyMap<string, string> {
  const all = containers.flatMap(({ NetworkSettings }) => Object.entries(NetworkSettings.Networks));
  const gateways = all.map(([name, seen]) => [name, (family === 4 ? seen.Gateway : seen.IPv6Gateway) ?? ''] as const);
  return new Map(gateways.filter(([, gateway]) => gateway !== ''));
}

/** Strangers know the host by its outer address, containers by their gateway; on the host itself people say localhost. */
function addressesAt(bound: string, family: 4 | 6): { outside: string; host: string; bridge?: string } {
  const outer = HOST_ADDRESS[family];
  if (bound === '0.0.0.0' || bound === '::') return { outside: outer, host: family === 4 ? '127.0.0.1' : '::1' };
  if (bound.startsWith('127.') || bound === '::1') return { outside: outer, host: bound, bridge: outer };
  return { outside: bound, host: bound, bridge: bound };
}

interface Inspected {
  readonly Name: string;
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly Gateway: string; readonly IPv6Gateway?: string }>>;
    readonly Ports?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
}

/** One port in words. */
export function portInWords({ container, hostAddress, port, proto, from }: Knocked): string {
  return `${container} ${hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress}:${port}/${proto} from ${from}`;
}

/** Knocks from where each wants to; true where the container itself answered. */
export async function knockAll(
  world: World,
  all: readonly Knocked[],
  patienceMs: number,
): Promise<Map<Knocked, boolean>> {
  const froms = [...new Set(all.map(({ from }) => from))];
  const reached = await Promise.all(
    froms.map(async (from) => {
      const asked = all.filter((one) => one.from === from);
      const answers = await clientAt(world, from).knock(
        asked.map(({ proto, port, at }) => ({ proto, port, address: at })),
        patienceMs,
      );
      return asked.map((one, index) => [one, answers[index] === one.container] as const);
    }),
  );
  return new Map(reached.flat());
}

function clientAt(world: World, from: From) {
  if (from === 'outside') return world.host.outside;
  if (from === 'host') return world.host.inside;
  const network = from.slice('bridge:'.length);
  const resident = world.neighbours.get(network);
  if (resident === undefined) throw new Error(`no container lives in the network ${network}`);
  return resident;
}
