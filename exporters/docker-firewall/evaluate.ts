import { findBlocked } from './evaluate/blocked-findings.ts';
import { readDocker } from './evaluate/docker.ts';
import { type PortView, viewPorts } from './evaluate/ports.ts';
import { readTopology } from './evaluate/topology.ts';
import type { Surroundings } from './evaluate/travel.ts';
import type { EvaluateOptions, PortReport, Report } from './report.ts';
import { readRuleset } from './rules/ruleset.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Walks a packet and its reply for every published port through every rule of a snapshot, and tests the named invariants. Pure: the
 * same snapshot and options give the same report.
 */
export function evaluate(snapshot: Snapshot, options: EvaluateOptions = {}): Report {
  const docker = readDocker(snapshot);
  const host = readTopology(snapshot, docker.networks);
  const around: Surroundings = {
    rules: readRuleset(snapshot),
    host,
    listeners: snapshot.listeners,
    listenersKnown: !snapshot.missing.some(({ part }) => part === 'listeners'),
  };
  const views = viewPorts(docker, around, options);
  return { at: snapshot.at, ports: views.map(reportOf), findings: findBlocked(views) };
}

function reportOf(view: PortView): PortReport {
  const { destination, from, isOnPurpose: _, outcomes: __, ...judged } = view;
  const { container, published } = destination;
  return {
    container: container.name,
    port: published.port,
    containerPort: published.containerPort,
    proto: published.proto,
    family: published.family,
    hostAddress: published.hostAddress,
    from,
    ...judged,
  };
}
