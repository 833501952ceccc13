import { sample } from '../../../model/metric.ts';
import { nodeNetwork } from '../../../model/metrics/node-network.ts';
import type { Sample } from '../../../model/sample.ts';
import { Unreadable } from '../files.ts';
import { NothingHere, type OpenPart } from '../part.ts';

const FILES = [
  ['v4', 'net/udp'],
  ['v6', 'net/udp6'],
] as const;
/** ` 07 00000015:00000000 `: the socket's state, then what waits to be sent and to be read. */
const QUEUES = /:[0-9A-F]{4} [0-9A-F]{2} ([0-9A-F]{8}):([0-9A-F]{8}) /;

/** What waits in the queues of UDP sockets, from /proc/net/udp and udp6. */
export const openUdpQueues: OpenPart =
  ({ proc }) =>
  async () => {
    const samples: Sample[] = [];
    for (const [ip, file] of FILES) {
      let [tx, rx] = [0, 0];
      const add = (line: string) => {
        const [, waiting = '0', unread = '0'] = QUEUES.exec(line) ?? [];
        tx += Number.parseInt(waiting, 16);
        rx += Number.parseInt(unread, 16);
      };
      try {
        await proc.eachLine(file, add);
      } catch (error) {
        if (error instanceof Unreadable && error.code === 'ENOENT') continue;
        throw error;
      }
      samples.push(sample(nodeNetwork.udpQueues, tx, { queue: 'tx', ip }));
      samples.push(sample(nodeNetwork.udpQueues, rx, { queue: 'rx', ip }));
    }
    if (samples.length === 0) throw new NothingHere('there is no UDP');
    return samples;
  };
