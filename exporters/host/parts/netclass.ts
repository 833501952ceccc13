import { type Metric, sample } from '../../../model/metric.ts';
import { nodeNetwork, nodeNetworkProperties as properties } from '../../../model/metrics/node-network.ts';
import type { Sample } from '../../../model/sample.ts';
import { networksIgnored } from '../ignored.ts';
import { NothingHere, type OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'class/net';
/** Megabits to bytes. */
const MEGABIT = 1e6 / 8;
const IFF_UP = 1;
/** What hardly ever changes is read once in so long; at once when the device is another one, or stands otherwise than before. */
const KEPT_MS = 60_000;
/** So many devices are read at once. */
const AT_ONCE = 16;

/** Files whose answers come from the kernel's memory: all at once. */
const STANDING = ['ifindex', 'operstate', 'flags'] as const;
const COUNTED = ['mtu', 'dormant', 'carrier_changes', 'carrier_up_count', 'carrier_down_count'] as const;
/** Those for which the kernel takes the lock of all networks, or asks the driver: one after the other. Only a device that is up has them. */
const ASKED = ['carrier', 'speed', 'duplex'] as const;
const STEADY_A = ['address', 'broadcast', 'ifalias', 'addr_assign_type', 'dev_id', 'iflink', 'link_mode'] as const;
const STEADY_B = ['name_assign_type', 'netdev_group', 'tx_queue_len', 'type'] as const;

const NUMBERS: Readonly<Record<string, Metric<'device'>>> = {
  addr_assign_type: properties.address_assign_type,
  carrier: properties.carrier,
  carrier_changes: properties.carrier_changes_total,
  carrier_up_count: properties.carrier_up_changes_total,
  carrier_down_count: properties.carrier_down_changes_total,
  dev_id: properties.device_id,
  dormant: properties.dormant,
  flags: properties.flags,
  ifindex: properties.iface_id,
  iflink: properties.iface_link,
  link_mode: properties.iface_link_mode,
  mtu: properties.mtu_bytes,
  name_assign_type: properties.name_assign_type,
  netdev_group: properties.net_dev_group,
  speed: properties.speed_bytes,
  tx_queue_len: properties.transmit_queue_length,
  type: properties.protocol_type,
};

type Values = Readonly<Record<string, string | undefined>>;

interface Known {
  readonly standing: string;
  readonly until: number;
  readonly steady: Values;
  /** Those of `ASKED` that have an answer while it stands so: asking in vain costs more. */
  answering: readonly string[];
}

/** What the network devices are and how they stand, from /sys/class/net. */
export const openNetclass: OpenPart = ({ sys, settings, clock }) => {
  const ignored = networksIgnored(settings);
  const known = new Map<string, Known>();

  async function lookAt(device: string): Promise<Values | undefined> {
    const live = await valuesOf(sys.value, device, [...STANDING, ...COUNTED]);
    // `bonding_masters` is a file among the devices.
    if (live.ifindex === undefined) return undefined;
    const standing = STANDING.map((name) => live[name]).join(' ');
    const before = known.get(device);
    if (before?.standing === standing && clock.monotonic() < before.until) return { ...before.steady, ...live };
    const steady = await valuesOf(sys.rareValue, device, [...STEADY_A, ...STEADY_B]);
    const answering = isUp(live) ? ASKED : [];
    known.set(device, { standing, until: clock.monotonic() + KEPT_MS, steady, answering });
    return { ...steady, ...live };
  }

  async function ask(device: string): Promise<Values> {
    const values: Record<string, string | undefined> = {};
    const one = known.get(device);
    for (const name of one?.answering ?? []) values[name] = await sys.value(`${FOLDER}/${device}/${name}`);
    if (one !== undefined) one.answering = one.answering.filter((name) => values[name] !== undefined);
    return values;
  }

  return async () => {
    const names = (await sys.list(FOLDER)).filter((name) => !ignored(name));
    if (names.length === 0) throw new NothingHere('there is no network device');
    for (const device of known.keys()) if (!names.includes(device)) known.delete(device);
    const samples: Sample[] = [];
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE);
      const seen = await Promise.all(some.map(lookAt));
      for (const [at, device] of some.entries()) {
        const values = seen[at];
        if (values !== undefined) addTo(samples, device, { ...values, ...(await ask(device)) });
      }
    }
    return samples;
  };
};

type Read = (path: string) => Promise<string | undefined>;

async function valuesOf(read: Read, device: string, names: readonly string[]): Promise<Values> {
  const values = await Promise.all(names.map((name) => read(`${FOLDER}/${device}/${name}`)));
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

function isUp({ flags }: Values): boolean {
  return ((numberOf(flags) ?? 0) & IFF_UP) !== 0;
}

function addTo(samples: Sample[], device: string, values: Values): void {
  const labels = { device };
  const { operstate = '', address = '', broadcast = '', duplex = '', ifalias = '' } = values;
  const adminstate = values.flags === undefined ? 'unknown' : isUp(values) ? 'up' : 'down';
  samples.push(sample(nodeNetwork.up, operstate === 'up' ? 1 : 0, labels));
  samples.push(sample(nodeNetwork.info, 1, { device, address, broadcast, duplex, operstate, adminstate, ifalias }));
  for (const name in NUMBERS) {
    const value = numberOf(values[name]);
    const metric = NUMBERS[name];
    if (value === undefined || metric === undefined) continue;
    samples.push(sample(metric, name === 'speed' ? value * MEGABIT : value, labels));
  }
}
