import type { Metric } from '../metric.ts';
import { changes } from './changes.ts';
import { connection } from './connection.ts';
import { dns } from './dns.ts';
import { dockerFirewall } from './docker-firewall.ts';
import { exporter } from './exporter.ts';
import { heartbeat } from './heartbeat.ts';
import { http } from './http.ts';
import { icmp } from './icmp.ts';
import { mounts } from './mounts.ts';
import { node, nodePressure, nodeVmstat } from './node.ts';
import { nodeCpu } from './node-cpu.ts';
import { nodeDisk, nodeDiskStatistics, nodeMd } from './node-disk.ts';
import { nodeHwmon, nodeSensors } from './node-hwmon.ts';
import { nodeIdentity } from './node-identity.ts';
import { nodeMemory } from './node-memory.ts';
import { nodeNetstat, nodeSockstat } from './node-netstat.ts';
import {
  nodeConntrack,
  nodeNetwork,
  nodeNetworkProperties,
  nodeNetworkStatistics,
  nodeSoftnet,
} from './node-network.ts';
import { nodePower, nodePowerSupply, nodePowerSupplyValues, nodeRapl } from './node-power.ts';
import { probe } from './probe.ts';
import { process, self } from './self.ts';
import { storage } from './storage.ts';
import { systemd } from './systemd.ts';
import { tcp } from './tcp.ts';
import { textfile } from './textfile.ts';
import { tls } from './tls.ts';

/** Every metric that may be emitted or queried, one group a source. */
export const catalogue: readonly Readonly<Record<string, Metric>>[] = [
  probe,
  heartbeat,
  connection,
  http,
  tcp,
  tls,
  dns,
  icmp,
  self,
  process,
  storage,
  exporter,
  dockerFirewall,
  changes,
  node,
  nodePressure,
  nodeVmstat,
  nodeCpu,
  nodeDisk,
  nodeDiskStatistics,
  nodeMd,
  nodeHwmon,
  nodeSensors,
  nodeIdentity,
  nodeMemory,
  nodeNetstat,
  nodeSockstat,
  nodeConntrack,
  nodeNetwork,
  nodeNetworkProperties,
  nodeNetworkStatistics,
  nodeSoftnet,
  nodePower,
  nodePowerSupply,
  nodePowerSupplyValues,
  nodeRapl,
  mounts,
  systemd,
  textfile,
];
