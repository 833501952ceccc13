/** A small world on loopback for the box to watch when it has no config of its own. Nothing of the product depends on it. */

import { messageOf } from '../model/errors.ts';
import { startApi } from './api.ts';
import { startHeartbeats } from './job.ts';
import { startMailHost } from './mail-host.ts';
import { startNameServer } from './name-server.ts';
import { startShop } from './shop.ts';
import { startTlsHost } from './tls-host.ts';

const parts = [startShop, startApi, startTlsHost, startNameServer, startMailHost, startHeartbeats];
const running = await Promise.allSettled(parts.map((start) => start()));
for (const part of running) {
  if (part.status === 'rejected') console.error(`demo world: ${messageOf(part.reason)}`);
}

function end(): void {
  for (const part of running) if (part.status === 'fulfilled') part.value();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
