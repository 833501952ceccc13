/** The list of the parts, and what each is given of those before it; with site-thread.ts the only file that knows them all. */
import { hostname } from 'node:os';
import { createChecks } from './collector/checks.ts';
import { createExports } from './collector/exports.ts';
import { openHeartbeats } from './collector/heartbeats.ts';
import { openLedgerPart } from './collector/ledger/part.ts';
import { createResolver } from './collector/names/resolver.ts';
import { openOwnChanges } from './collector/own-changes.ts';
import { probeKinds } from './collector/probes/index.ts';
import { openPrometheusApi } from './collector/prometheus-api/part.ts';
import { openPulses } from './collector/pulses.ts';
import { openSelf } from './collector/self/self.ts';
import { openStore } from './collector/store.ts';
import { createOutsideDoor } from './collector/vantage/outside/outside.ts';
import { openVantages } from './collector/vantage/vantages.ts';
import { exporterKinds } from './exporters/index.ts';
import { lazyUnits } from './exporters/systemd/lazy-units.ts';
import type { Parts } from './parts.ts';
import { openSite } from './status-site/part.ts';

/** Opens the parts one after the other: each is one line here, and needs only what stands above it. `onBroken` is told why the box cannot go on. */
export async function openParts({ open, ...parts }: Parts, onBroken: (why: string) => void): Promise<void> {
  const { ledger, absence } = await open('ledger', (box) => openLedgerPart({ ...box, onGone: onBroken }));
  const changes = await open('changes', (box) => openOwnChanges({ ...box, ledger }));
  const { spool: sink, client } = await open('storage', openStore);
  await open('prometheus-api', (box) => openPrometheusApi({ ...box, client }));
  const site = await open('site', openSite);
  const pulses = await open('pulses', (box) => openPulses({ ...box, ledger }));
  const units = await open('units', ({ clock }) => lazyUnits(clock));
  const outside = await open('outside', ({ clock }) => createOutsideDoor(clock));
  const [kinds, instance] = [exporterKinds, hostname()];
  const { portVerdict } = await open('exporters', (box) =>
    createExports({ ...box, kinds, instance, sink, changed: changes.changed, outside: outside.open }),
  );
  const vantages = await open('vantages', ({ clock, log }) => {
    const surroundings = { clock, absence, units, resolve: createResolver({ clock }), pulses: pulses.latest };
    return openVantages({ kinds: probeKinds, surroundings, outside: outside.open, onTrouble: log }, portVerdict);
  });
  const checks = await open('checks', (box) =>
    createChecks({ ...box, ledger, sink, vantageFor: vantages.placeOf, onKept: site.soon }),
  );
  await open('heartbeats', (box) => openHeartbeats({ ...box, pulses, checks }));
  await open('self', (box) => openSelf({ ...box, sink, parts }));
}
