import type { World } from './world.ts';

/** Containers that publish nothing that a firewall could be in the way of: on the host's network, on none, on an internal one. */
export async function visitOtherNetworks({ docker: host, neighbours }: World): Promise<AsyncDisposable> {
  if (host === undefined) throw new Error('there is no dockerd to start containers with');
  await using opened = new AsyncDisposableStack();
  await host.engine({
    method: 'POST',
    path: '/networks/create',
    body: { Name: 'quiet', Driver: 'bridge', Internal: true },
  });
  opened.defer(async () => {
    await host.engine({ method: 'DELETE', path: '/networks/quiet' });
  });
  for (const network of ['host', 'none', 'quiet']) {
    const name = `on-${network}`;
    const container = await host.startContainer({ name, network, publishes: ['8090:80/tcp'] });
    if (network === 'quiet') neighbours.set(network, container.resident);
    opened.defer(async () => {
      neighbours.delete(network);
      await host.engine({ method: 'DELETE', path: `/containers/${container.id}?force=true` });
    });
  }
  const owned = opened.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
