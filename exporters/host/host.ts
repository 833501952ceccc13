import { readFile } from 'node:fs/promises';
import type { OpenExporter } from '../../model/exporter.ts';
import { sample } from '../../model/metric.ts';
import { node } from '../../model/metrics/node.ts';
import type { HostSettings } from './settings.ts';

/** The machine itself, under node_exporter's names. */
export const openHost: OpenExporter<HostSettings> = async () => ({
  async collect(signal) {
    const text = await readFile('/proc/loadavg', { encoding: 'utf8', signal });
    const [one = Number.NaN, five = Number.NaN, fifteen = Number.NaN] = text.split(' ').map(Number);
    return [sample(node.load1, one), sample(node.load5, five), sample(node.load15, fifteen)];
  },
  async stop() {},
});
