/** The parts of the box as one: opened in order, configured, summed up, and stopped in the reverse order. */
import type { Config } from './config/config.ts';
import { messageOf } from './model/errors.ts';
import type { ConfigChange, Part, PartContext, SampleGroup } from './model/part.ts';
import type { ListenerName, Route } from './model/route.ts';
import { createLogOnce } from './runtime/log-once.ts';

export interface Parts {
  /** Opens the next part; `name` is how the log and `/healthz` call it. Rejects as the opening does, or when the start was called off. */
  open<Opened extends Part<Config>>(
    name: string,
    opening: (context: PartContext<Config>) => Opened | Promise<Opened>,
  ): Promise<Opened>;
  /** Hands the first config to each part in order. Rejects as the first one does that cannot take it up. */
  begin(config: Config): Promise<void>;
  /** Hands another config to each part in order. One that fails keeps no other from it: resolves with what failed, in words. */
  configure(config: Config, change: ConfigChange): Promise<readonly string[]>;
  /** The routes of all parts on this listener. Throws when two parts want the same one. */
  routes(listener: ListenerName): readonly Route[];
  /** The samples of all parts; one that cannot give its own is told of, and keeps no other from it. */
  samples(): AsyncGenerator<SampleGroup>;
  /** What keeps the box from its work, in words; empty when nothing does. */
  problems(): readonly string[];
  /** Stops every part, the last one first, also when one of them fails; then rejects with the failures. */
  stop(): Promise<void>;
}

/** Begins with no part. `context` is handed to each; an aborted `signal` calls off the start. */
export function createParts(context: Omit<PartContext<Config>, 'stopping'>, signal?: AbortSignal): Parts {
  const stopping = new AbortController();
  const opened = new AsyncDisposableStack();
  const parts = new Map<string, Part<Config>>();
  /** What is wrong with a part that it cannot say itself. */
  const configuring = createLogOnce(context.log);
  const measuring = createLogOnce(context.log);

  return {
    async open(name, opening) {
      signal?.throwIfAborted();
      const part = await opening({ ...context, stopping: stopping.signal });
      opened.defer(() => part.stop());
      parts.set(name, part);
      return part;
    },
    async begin(config) {
      for (const part of parts.values()) {
        signal?.throwIfAborted();
        await part.configure?.(config, { first: true, changed: [] });
      }
    },
    async configure(config, change) {
      for (const [name, part] of parts) {
        try {
          await part.configure?.(config, change);
          configuring.works(name);
        } catch (error) {
          configuring.failed(name, `${name}: this config could not be taken up: ${messageOf(error)}`);
        }
      }
      return configuring.problems();
    },
    routes: (listener) =>
      distinct(
        [...parts.values()].flatMap((part) => (part.routes ?? []).filter((route) => route.on.includes(listener))),
      ),
    async *samples() {
      for (const [name, part] of parts) {
        try {
          yield* part.samples?.() ?? [];
          measuring.works(name);
        } catch (error) {
          measuring.failed(name, `${name}: its metrics could not be read: ${messageOf(error)}`);
        }
      }
    },
    problems() {
      const own = [...parts].flatMap(([name, part]) => {
        try {
          return part.problems?.() ?? [];
        } catch (error) {
          return [`${name}: how it is could not be read: ${messageOf(error)}`];
        }
      });
      return [...own, ...configuring.problems(), ...measuring.problems()];
    },
    stop() {
      stopping.abort(new Error('the box is stopping'));
      return opened.disposeAsync();
    },
  };
}

function distinct(routes: readonly Route[]): readonly Route[] {
  const taken = new Set<string>();
  for (const { methods, path } of routes)
    for (const method of methods) {
      const key = `${method} ${path}`;
      if (taken.has(key)) throw new Error(`two parts answer ${key}`);
      taken.add(key);
    }
  return routes;
}
