import { backendsOf } from './engine.ts';
import { findAll } from './evaluate/checks/all.ts';
import { cureFor } from './evaluate/checks/cure-for.ts';
import { type MissingRule, missingRules } from './evaluate/checks/expected.ts';
import { type Home, homesOf } from './evaluate/checks/home.ts';
import type { Situation } from './evaluate/checks/situation.ts';
import { onThisHost } from './evaluate/cure.ts';
import { type DockerView, readDocker } from './evaluate/docker.ts';
import { type PortView, viewPorts } from './evaluate/ports.ts';
import { readTopology } from './evaluate/topology.ts';
import type { Surroundings } from './evaluate/travel.ts';
import { walkOf } from './evaluate/verdict.ts';
import type { EvaluateOptions, PortReport, Report } from './report.ts';
import type { IpSets } from './rules/ip-sets.ts';
import { readRuleset } from './rules/ruleset.ts';
import { CHAINS_BACKEND } from './rulesets.ts';
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
  let views = viewPorts(docker, around, options);
  // A rule that fills sets has changed what was asked before, or by another port: all is asked again without trust in these.
  for (let known = 0; host.sets.stirred.size > known; ) {
    known = host.sets.stirred.size;
    views = viewPorts(docker, around, options);
  }
  const { dockerd } = backendsOf(snapshot);
  const living = dockerd && CHAINS_BACKEND[dockerd];
  const homes = { 4: homesOf(around.rules, 4, living), 6: homesOf(around.rules, 6, living) };
  const missing = { 4: missingIn(homes[4][0], docker, host.sets), 6: missingIn(homes[6][0], docker, host.sets) };
  const situation: Situation = { snapshot, options, docker, around, views, homes, missing };
  const here = onThisHost(snapshot);
  return {
    at: snapshot.at,
    ports: views.map((view) => reportOf(view, situation, here)),
    findings: findAll(situation).map(here),
  };
}

function missingIn(home: Home | undefined, docker: DockerView, sets: IpSets): readonly MissingRule[] {
  return home === undefined || docker.isRootless || docker.writesNoRules ? [] : missingRules(home, docker, sets);
}

function reportOf(view: PortView, situation: Situation, here: ReturnType<typeof onThisHost>): PortReport {
  const { destination, from, isOnPurpose, outcomes: _, shown, ...judged } = view;
  const { container, published } = destination;
  const cause = view.outcomes.flatMap(({ losses }) => losses)[0]?.cause;
  const cure =
    view.verdict !== 'blocked' || isOnPurpose || cause === undefined ? undefined : cureFor(cause, [view], situation);
  return {
    container: container.name,
    port: published.port,
    containerPort: published.containerPort,
    proto: published.proto,
    family: published.family,
    hostAddress: published.hostAddress,
    from,
    ...judged,
    ...(isOnPurpose && { onPurpose: true as const }),
    ...(cure !== undefined && here(cure)),
    // Words that only `explain` asks for; to find them takes a fifth as long as to walk.
    get walk() {
      return shown === undefined ? [] : walkOf(shown);
    },
  };
}
