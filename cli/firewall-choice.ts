import { nearest } from '../config/nearest.ts';
import type { PortReport } from '../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../exporters/docker-firewall/snapshot.ts';

/** Nothing is published by that name; the message says what came close. */
export class NoSuchPort extends Error {}

/** The reports of what was asked for: `web:8080`, `web:8080/tcp`, a container, or a published port. Throws `NoSuchPort`. */
export function chosenPorts(ports: readonly PortReport[], asked: string, snapshot: Snapshot): readonly PortReport[] {
  const names = [...new Set(ports.map(({ container }) => container))];
  const [, container = '', wanted] = /^(.*?)(?::([^:]*))?$/.exec(asked) ?? [];
  if (!names.includes(container)) {
    const byPort = wanted === undefined ? ports.filter((one) => isPort(one, asked)) : [];
    if (byPort.length > 0) return byPort;
    throw new NoSuchPort(noContainer(container, names, snapshot));
  }
  const its = ports.filter((one) => one.container === container);
  const chosen = wanted === undefined ? its : its.filter((one) => isPort(one, wanted));
  if (chosen.length > 0) return chosen;
  const all = [...new Set(its.map(({ port, proto }) => `${container}:${port}/${proto}`))];
  const inner = its.filter(
    (one) => wanted === String(one.containerPort) || wanted === `${one.containerPort}/${one.proto}`,
  );
  const outer = [...new Set(inner.map(({ port }) => String(port)))];
  const hint = outer.length === 0 ? '' : `; ${wanted} is inside, and outside it is ${listed(outer)}`;
  throw new NoSuchPort(`${container} does not publish ${wanted}: it publishes ${listed(all)}${hint}`);
}

function isPort({ port, proto }: PortReport, wanted: string): boolean {
  return wanted === String(port) || wanted === `${port}/${proto}`;
}

function noContainer(container: string, publishing: readonly string[], { docker }: Snapshot): string {
  const running = (docker?.containers ?? []).map(({ Name }) => String(Name).replace(/^\//, ''));
  if (running.includes(container)) return `the container ${container} publishes no port`;
  const near = nearest(container, [...publishing, ...running]);
  const start = `no running container is named ${container}`;
  if (near !== undefined) return `${start}; did you mean ${near}?`;
  return publishing.length === 0
    ? `${start}, and none publishes a port`
    : `${start}; ports are published by ${listed(publishing)}`;
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(words);
}
