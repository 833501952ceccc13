/** The thread that makes the site: it reads the ledger, which the probes' loop must never wait for, and writes the pages. */
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openView } from './collector/ledger/view.ts';
import { serveBuilds } from './status-site/thread.ts';

if (parentPort === null) throw new Error('site-thread.ts is a worker thread: start it through status-site/builder.ts');
// On Linux a thread has a priority of its own (setpriority(2), "C library/kernel differences"): a page may wait, a check may not.
setPriority(Math.max(getPriority(), 10));
serveBuilds(parentPort, workerData, openView);
