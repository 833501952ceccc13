/** A stand-in for the site's thread that fails as its state folder's name tells, the first time it is started. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { BuildRequest, ThreadData } from '../../status-site/thread.ts';

const { stateFolder } = workerData as ThreadData;
const mark = join(stateFolder, 'failed');
const isFirst = !existsSync(mark);
writeFileSync(mark, '');
parentPort?.on('message', (request: BuildRequest) => {
  if (isFirst && stateFolder.includes('hang')) return;
  if (isFirst) throw new Error('out of cheese');
  parentPort?.postMessage({
    built: request.build,
    files: [request.spec?.title ?? 'no spec'],
    tookMs: 1,
    remembers: false,
  });
});
