import { sample } from '../../../model/metric.ts';
import { nodeIdentity, OS_LABELS } from '../../../model/metrics/node-identity.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart, rarely } from '../part.ts';

/** What the system calls itself, from os-release(5). */
export const openOs: OpenPart = ({ root, clock }) =>
  rarely(clock, async () => {
    const text = (await root.rareValue('etc/os-release')) ?? (await root.rareValue('usr/lib/os-release'));
    if (text === undefined) throw new NothingHere('there is no os-release');
    const fields = fieldsOf(text);
    const labels = Object.fromEntries(OS_LABELS.map((label) => [label, fields.get(label.toUpperCase()) ?? '']));
    const of = labels as Record<(typeof OS_LABELS)[number], string>;
    const samples: Sample[] = [sample(nodeIdentity.os, 1, of)];
    const version = /^\d+(?:\.\d+)?/.exec(of.version_id)?.[0];
    if (version !== undefined) {
      const { id, id_like, name } = of;
      samples.push(sample(nodeIdentity.osVersion, Number(version), { id, id_like, name }));
    }
    const end = Date.parse(fields.get('SUPPORT_END') ?? '');
    if (!Number.isNaN(end)) samples.push(sample(nodeIdentity.osSupportEnd, end / 1000));
    return samples;
  });

/** The assignments, written as a shell would read them. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim()) ?? [];
    if (name !== undefined) fields.set(name, unquoted(value));
  }
  return fields;
}

function unquoted(value: string): string {
  if (/^'.*'$/.test(value)) return value.slice(1, -1);
  const inside = /^".*"$/.test(value) ? value.slice(1, -1) : value;
  return inside.replace(/\\([\\$"`])/g, '$1');
}
