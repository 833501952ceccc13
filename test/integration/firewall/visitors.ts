import type { ContainerWish, DockerHost } from '../docker-host.ts';
import type { World } from './world.ts';

/** A network of Docker's, as its API has it. */
export interface NetworkWish {
  readonly Name: string;
  readonly Driver?: string;
  readonly Internal?: boolean;
  readonly IPAM?: unknown;
  readonly Options?: Readonly<Record<string, string>>;
}

/** A container that comes to a world, in a network that comes with it unless Docker has that already; both go again. */
export async function visit(
  { docker, neighbours }: World,
  wish: ContainerWish,
  network?: Omit<NetworkWish, 'Name'>,
): Promise<AsyncDisposable> {
  const host = needed(docker);
  await using opened = new AsyncDisposableStack();
  const name = wish.network ?? 'bridge';
  if (!(await isThere(host, name))) {
    await host.engine({
      method: 'POST',
      path: '/networks/create',
      body: { Name: name, ...network } satisfies NetworkWish,
    });
    opened.defer(async () => {
      await host.engine({ method: 'DELETE', path: `/networks/${name}` });
    });
  }
  const container = await host.startContainer({ serves: ['tcp:80'], ...wish });
  if (!neighbours.has(name)) {
    neighbours.set(name, container.resident);
    opened.defer(() => {
      neighbours.delete(name);
    });
  }
  opened.defer(async () => {
    await host.engine({ method: 'DELETE', path: `/containers/${container.id}?force=true` });
  });
  const owned = opened.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Several at once. */
export async function visitAll(visits: readonly (() => Promise<AsyncDisposable>)[]): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  for (const one of visits) opened.use(await one());
  const owned = opened.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function needed(docker: DockerHost | undefined): DockerHost {
  if (docker === undefined) throw new Error('there is no dockerd to start containers with');
  return docker;
}

async function isThere(host: DockerHost, name: string): Promise<boolean> {
  const networks = (await host.engine({ path: '/networks' })) as readonly { readonly Name: string }[];
  return networks.some(({ Name }) => Name === name);
}
