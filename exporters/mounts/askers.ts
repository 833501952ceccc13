import { type Clock, SECOND } from '../../model/time.ts';
import { type Asker, startAsker } from './asker.ts';
import { pause } from './pause.ts';

/** The processes that ask: one stays for the next time, more are started only while others hang. */
export interface Askers {
  /** One that can be asked. Rejects when none can be started. */
  take(): Promise<Asker>;
  /** It has done its errand. */
  giveBack(asker: Asker): void;
  /** Kills all, and resolves when they are gone, or after a second: one that hangs in the kernel may stay. */
  stop(): Promise<void>;
}

export function createAskers(clock: Clock): Askers {
  const all = new Set<Asker>();
  let idle: Asker | undefined;

  function start(): Asker {
    const asker = startAsker();
    all.add(asker);
    void asker.gone.then(() => {
      all.delete(asker);
      if (idle === asker) idle = undefined;
    });
    return asker;
  }

  return {
    async take() {
      const asker = idle ?? start();
      idle = undefined;
      await asker.ready;
      return asker;
    },
    giveBack(asker) {
      if (!all.has(asker)) return;
      if (idle === undefined) idle = asker;
      else asker.end();
    },
    async stop() {
      const over = new AbortController();
      for (const asker of all) asker.kill();
      const gone = Promise.all([...all].map((one) => one.gone));
      await Promise.race([gone, pause(clock, SECOND, over.signal)]);
      over.abort();
    },
  };
}
