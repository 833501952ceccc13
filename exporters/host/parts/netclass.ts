import { type Metric, sample } from '../../../model/metric.ts';
import { nodeNetwork, nodeNetworkProperties as properties } from '../../../model/metrics/node-network.ts';
import type { Sample } from '../../../model/sample.ts';
import type { Files } from '../files.ts';
import { networksIgnored } from '../ignored.ts';
import { NothingHere, type OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'class/net';
/** Megabits to bytes. */
const MEGABIT = 1e6 / 8;
const IFF_UP = 1;
/** What hardly ever changes is read once in so long; at once when the device is another one under the same name. */
const KEPT_MS = 60_000;

/** Files whose answers come from the kernel's memory: all at once. */
const LIVE = ['ifindex', 'operstate', 'flags', 'mtu', 'dormant', 'carrier_changes', 'carrier_up_count'] as const;
const LIVE_TOO = ['carrier_down_count'] as const;
/** Those for which the kernel takes the lock of all networks, or asks the driver: one after the other. */
const ASKED = ['carrier', 'speed', 'duplex'] as const;
const STEADY = ['address', 'broadcast', 'ifalias', 'addr_assign_type', 'dev_id', 'iflink', 'link_mode'] as const;
const STEADY_TOO = ['name_assign_type', 'netdev_group', 'tx_queue_len', 'type'] as const;

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
  readonly ifindex: string | undefined;
  readonly until: number;
  readonly values: Values;
}

/** What the network devices are and how they stand, from /sys/class/net. */
export const openNetclass: OpenPart = ({ sys, settings, clock }) => {
  const ignored = networksIgnored(settings);
  let known = new Map<string, Known>();
  return async () => {
    const samples: Sample[] = [];
    const present = new Map<string, Known>();
    const names = await sys.list(FOLDER);
    if (names.length === 0) throw new NothingHere('there is no network device');
    for (const device of names) {
      if (ignored(device)) continue;
      const live = await valuesOf(sys, device, [...LIVE, ...LIVE_TOO]);
      // `bonding_masters` is a file among the devices.
      if (live.ifindex === undefined) continue;
      let before = known.get(device);
      if (before === undefined || before.ifindex !== live.ifindex || clock.monotonic() >= before.until) {
        const values = await valuesOf(sys, device, [...STEADY, ...STEADY_TOO], true);
        before = { ifindex: live.ifindex, until: clock.monotonic() + KEPT_MS, values };
      }
      present.set(device, before);
      const asked: Record<string, string | undefined> = {};
      for (const name of ASKED) asked[name] = await sys.value(`${FOLDER}/${device}/${name}`);
      addTo(samples, device, { ...before.values, ...live, ...asked });
    }
    known = present;
    return samples;
  };
};

async function valuesOf(sys: Files, device: string, names: readonly string[], rare = false): Promise<Values> {
  const read = rare ? sys.rareValue : sys.value;
  const values = await Promise.all(names.map((name) => read(`${FOLDER}/${device}/${name}`)));
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

function addTo(samples: Sample[], device: string, values: Values): void {
  const labels = { device };
  const { operstate = '', address = '', broadcast = '', duplex = '', ifalias = '' } = values;
  const flags = numberOf(values.flags);
  const adminstate = flags === undefined ? 'unknown' : (flags & IFF_UP) === 0 ? 'down' : 'up';
  samples.push(sample(nodeNetwork.up, operstate === 'up' ? 1 : 0, labels));
  samples.push(sample(nodeNetwork.info, 1, { device, address, broadcast, duplex, operstate, adminstate, ifalias }));
  for (const name in NUMBERS) {
    const value = numberOf(values[name]);
    const metric = NUMBERS[name];
    if (value === undefined || metric === undefined) continue;
    samples.push(sample(metric, name === 'speed' ? value * MEGABIT : value, labels));
  }
}
