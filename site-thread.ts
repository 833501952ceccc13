/** The thread that makes the site: it reads the ledger, which the probes' loop must never wait for, and writes the pages. */
import { parentPort, workerData } from 'node:worker_threads';
import { openView } from './collector/ledger/view.ts';
import { serveBuilds } from './status-site/thread.ts';

if (parentPort === null) throw new Error('site-thread.ts is a worker thread: start it through status-site/builder.ts');
serveBuilds(parentPort, workerData, openView);
