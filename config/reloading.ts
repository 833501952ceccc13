import { sample } from '../model/metric.ts';
import { self } from '../model/metrics/self.ts';
import type { ConfigChange, Part, PartContext } from '../model/part.ts';
import { sayJson } from '../model/route.ts';
import type { Config } from './config.ts';
import { differenceOf } from './difference.ts';
import { differenceInWords } from './difference-words.ts';
import { ConfigInvalid, type LoadedConfig, loadConfig } from './door.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { watchConfig } from './watch.ts';

/** What became of a reload. */
export interface Reloaded {
  /** Why the config could not be read; with any, the one before holds in every part. */
  readonly mistakes: readonly string[];
  /** Which parts could not take it up, and why; the others have. */
  readonly problems: readonly string[];
}

export interface ReloadingOptions extends Pick<PartContext, 'clock' | 'log' | 'stopping'> {
  /** The config: a file, or a folder of fragments. */
  readonly path: string;
  /** The config that holds. */
  readonly loaded: LoadedConfig;
  /** Told the secrets of a config before anything else may say them. */
  readonly learn: (secrets: Iterable<string>) => void;
  /** Hands a config to the parts. Resolves with those that could not take it up, and why. */
  readonly configure: (config: Config, change: ConfigChange) => Promise<readonly string[]>;
}

/** The config, read again when its files change and when it is asked for. */
export interface Reloading extends Part {
  /** Reads it, from the beginning, after this call. Never rejects. */
  reload(): Promise<Reloaded>;
}

export function openReloading(options: ReloadingOptions): Reloading {
  const { clock, log, stopping } = options;
  let { loaded } = options;
  let succeeded = true;
  let succeededAt = clock.now();

  async function takeUp(next: LoadedConfig): Promise<readonly string[]> {
    options.learn(next.secrets);
    const { changed, restart } = differenceOf(loaded, next);
    const words = differenceInWords(loaded, next);
    loaded = next;
    watch.close();
    watch = watchLoaded();
    const problems = await options.configure(next.config, {
      first: false,
      changed,
      ...(words !== undefined && { words }),
    });
    for (const words of restart) log(`${words}: this holds from the next start of the box`);
    return problems;
  }

  const turns = oneAtATime(async (): Promise<Reloaded> => {
    try {
      const problems = await takeUp(await loadConfig(options.path, { signal: stopping }));
      succeeded = problems.length === 0;
      if (succeeded) succeededAt = clock.now();
      log(
        succeeded ? 'the config was read again and holds' : 'the config was read again, but does not hold everywhere',
      );
      return { mistakes: [], problems };
    } catch (error) {
      if (stopping.aborted) return { mistakes: ['the box is stopping'], problems: [] };
      succeeded = false;
      if (!(error instanceof ConfigInvalid)) log(`the config could not be read again: ${error}`);
      else log(`the config has mistakes, and the one before goes on:\n${error.message}`);
      return { mistakes: error instanceof ConfigInvalid ? error.message.split('\n') : [String(error)], problems: [] };
    }
  });

  const watchLoaded = () => watchConfig(loaded.files, () => void turns.again(), log, clock, loaded.stamp);
  let watch = watchLoaded();

  return {
    reload: turns.again,
    routes: [
      {
        on: ['admin'],
        for: 'writers',
        methods: ['POST'],
        path: '/reload',
        handle: async () => answerOf(await turns.again()),
      },
    ],
    samples: () => [{ samples: [sample(self.reloadOk, succeeded ? 1 : 0), sample(self.reloadAt, succeededAt / 1e3)] }],
    async stop() {
      watch.close();
      await turns.settled();
    },
  };
}

function answerOf({ mistakes, problems }: Reloaded) {
  if (mistakes.length > 0) return sayJson(422, { reloaded: false, mistakes });
  return problems.length > 0 ? sayJson(500, { reloaded: true, problems }) : sayJson(200, { reloaded: true });
}
