import { join } from 'node:path';
import type { Listen } from '../../model/config.ts';
import type { Part, PartContext } from '../../model/part.ts';
import type { ListenerName, Route } from '../../model/route.ts';
import { openDoor } from './door.ts';
import type { Place } from './listen.ts';

interface ListenersConfig {
  readonly listen: Listen;
  readonly public: { readonly listen: Listen } | undefined;
}

export interface ListenersOptions extends Pick<PartContext<ListenersConfig>, 'log' | 'stateFolder' | 'config'> {
  /** The routes of all parts on a listener. */
  readonly routes: (listener: ListenerName) => readonly Route[];
}

/** Where the box can be asked. */
export interface Listeners extends Part {
  /** Where the box is, as an address to open. */
  readonly url: string;
}

/** Opens every listener, the box's last: who sees it finds the others. Rejects with `CannotListen`; then none is open. */
export async function openListeners({ log, stateFolder, config, routes }: ListenersOptions): Promise<Listeners> {
  await using opening = new AsyncDisposableStack();
  const open = async (name: ListenerName, place: Place, setting?: string) =>
    opening.adopt(
      await openDoor(place, routes(name), {
        ...(setting && { setting }),
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
  return { url, stop: () => opened.disposeAsync() };
}
