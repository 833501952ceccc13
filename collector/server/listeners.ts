import { join } from 'node:path';
import type { Listen } from '../../model/config.ts';
import type { Part, PartContext } from '../../model/part.ts';
import type { ListenerName, Route } from '../../model/route.ts';
import { openDoor } from './door.ts';
import type { Place } from './listen.ts';
import { tellOfRefusals } from './refusals.ts';

interface ListenersConfig {
  readonly names: readonly string[];
  readonly listen: Listen;
  readonly public: { readonly listen: Listen } | undefined;
}

export interface ListenersOptions
  extends Pick<PartContext<ListenersConfig>, 'clock' | 'log' | 'stateFolder' | 'config'> {
  /** The routes of all parts on a listener. */
  readonly routes: (listener: ListenerName) => readonly Route[];
}

/** Where the box can be asked. */
export interface Listeners extends Part<Pick<ListenersConfig, 'names'>> {
  /** Where the box is, as an address to open. */
  readonly url: string;
}

/** Opens every listener, the box's last: who sees it finds the others. Rejects with `CannotListen`; then none is open. */
export async function openListeners({ clock, log, stateFolder, config, routes }: ListenersOptions): Promise<Listeners> {
  await using opening = new AsyncDisposableStack();
  let { names } = config;
  const refused = tellOfRefusals((name, why) =>
    log(`a request for ${JSON.stringify(name.slice(0, 80))} was refused: ${why}`),
  );
  const open = async (name: ListenerName, place: Place, setting?: string) =>
    opening.adopt(
      await openDoor(place, routes(name), {
        ...(setting && { setting }),
        names: () => names,
        onForeignName: (name) =>
          refused(clock.now(), name, 'it is none of the names of this box; if it is, add it to `names`'),
        onFault: (fault, where) => log(`${where}: ${fault}`),
      }),
      (one) => one.close(),
    );
  await open('admin', { socket: join(stateFolder, 'admin.sock') });
  if (config.public) {
    const { url } = await open('public', config.public.listen, 'public.listen');
    log(`the site alone is at ${url}`);
  }
  const { url } = await open('box', config.listen, 'listen');
  const opened = opening.move();
  return {
    url,
    configure(config) {
      names = config.names;
    },
    stop: () => opened.disposeAsync(),
  };
}
