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

/** How a device stands: while it stands so, what did not answer is not asked again. */
const STANDING = ['ifindex', 'operstate', 'flags'] as const;
/** Files whose answers come from the kernel's memory. */
const REMEMBERED = [
  ...STANDING,
  ...['address', 'addr_assign_type', 'broadcast', 'carrier_changes', 'carrier_down_count', 'carrier_up_count'],
  ...['dev_id', 'dormant', 'ifalias', 'iflink', 'link_mode', 'mtu', 'name_assign_type', 'netdev_group'],
  ...['tx_queue_len', 'type'],
];
/** Those for which the kernel takes the lock of all networks, or asks the driver: one after the other. Only a device that is up has them. */
const ASKED = ['carrier', 'speed', 'duplex'] as const;

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
  /** Those of `ASKED` that have an answer while it stands so: asking in vain costs more. */
  readonly answering: readonly string[];
}

/** What the network devices are and how they stand, from /sys/class/net. */
export const openNetclass: OpenPart = ({ sys, settings }) => {
  const ignored = networksIgnored(settings);
  const known = new Map<string, Known>();

  async function lookAt(device: string): Promise<Values | undefined> {
    const values: Record<string, string | undefined> = {};
    for (const name of REMEMBERED) values[name] = sys.remembered(`${FOLDER}/${device}/${name}`);
    // `bonding_masters` is a file among the devices.
    if (values.ifindex === undefined) return undefined;
    const standing = STANDING.map((name) => values[name]).join(' ');
    const before = known.get(device);
    const asked = before?.standing === standing ? before.answering : isUp(values) ? ASKED : [];
    for (const name of asked) values[name] = await sys.value(`${FOLDER}/${device}/${name}`);
    known.set(device, { standing, answering: asked.filter((name) => values[name] !== undefined) });
    return values;
  }

  return async () => {
    const names = (await sys.list(FOLDER)).filter((name) => !ignored(name));
    if (names.length === 0) throw new NothingHere('there is no network device');
    for (const device of known.keys()) if (!names.includes(device)) known.delete(device);
    const samples: Sample[] = [];
    for (const device of names) {
      const values = await lookAt(device);
      if (values !== undefined) addTo(samples, device, values);
    }
    return samples;
  };
};

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
