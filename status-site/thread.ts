import type { MessagePort } from 'node:worker_threads';
import { messageOf } from '../model/errors.ts';
import { type SiteSpec, trueUntil } from '../model/page.ts';
import type { Instant } from '../model/time.ts';
import { composeSite } from './compose.ts';
import type { LedgerView } from './ledger-view.ts';
import { renderSite } from './render.ts';
import { openTurns } from './turns.ts';
import { openWriter } from './write.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly stateFolder: string;
  readonly siteFolder: string;
  readonly everyMs: number;
}

/** Asks for a build as of `build`; `spec` comes only when it has changed. */
export interface BuildRequest {
  readonly build: Instant;
  readonly spec?: SiteSpec;
}

/** What became of a build: the paths that were written, or why it failed. */
export type BuildReply =
  | {
      readonly built: Instant;
      readonly files: readonly string[];
      readonly tookMs: number;
      /** Whether the next build has less to do when this thread makes it. */
      readonly remembers: boolean;
    }
  | { readonly built: Instant; readonly failed: string };

/** Answers each request on `port` with a reply, one after the other; a failed build is a reply too. */
export function serveBuilds(port: MessagePort, data: ThreadData, openView: (folder: string) => LedgerView): void {
  const writer = openWriter(data.siteFolder);
  const turns = openTurns();
  let spec: SiteSpec | undefined;
  let view: LedgerView | undefined;

  async function build(now: Instant): Promise<BuildReply> {
    const started = performance.now();
    if (spec === undefined) return { built: now, failed: 'no spec was given yet' };
    try {
      view ??= openView(data.stateFolder);
      const turn = turns.next(now, spec.monitors.length, (builds) => trueUntil(0, builds * data.everyMs));
      const site = composeSite(spec, view, now, trueUntil(now, data.everyMs), turn);
      const files = await writer.write(renderSite(site));
      return { built: now, files, tookMs: performance.now() - started, remembers: turn.remembers };
    } catch (error) {
      view?.close();
      view = undefined;
      turns.forget();
      return { built: now, failed: messageOf(error) };
    }
  }

  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: BuildRequest) => {
    last = last.then(async () => {
      if (request.spec !== undefined) {
        spec = request.spec;
        turns.forget();
      }
      port.postMessage(await build(request.build));
      // Half a minute of rest follows: what the build has left behind need not lie there meanwhile (6 MB for 100 monitors).
      globalThis.gc?.();
    });
  });
}
