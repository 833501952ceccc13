import { inhabit } from '../docker-host/inhabit.ts';
import { HOST_ADDRESS } from '../docker-host/private-host.ts';
import type { DockerHost } from '../docker-host.ts';
import { until } from '../until.ts';
import type { World } from './world.ts';

const SERVICES = [
  { name: 'mesh', mode: 'ingress', port: 8095 },
  { name: 'direct', mode: 'host', port: 8096 },
] as const;

/** Makes the host a swarm of one with two services, one published on its ingress network and one on the host. Ended, all is as before. */
export async function visitSwarm({ docker }: World): Promise<AsyncDisposable> {
  if (docker === undefined) throw new Error('there is no dockerd to make a swarm of');
  await using opened = new AsyncDisposableStack();
  const post = (path: string, body?: unknown) => docker.engine({ method: 'POST', path, body });
  const own = HOST_ADDRESS[4];
  await post('/swarm/init', { ListenAddr: `${own}:2377`, AdvertiseAddr: own });
  opened.defer(() => leave(docker));
  const { Id: image } = (await docker.engine({ path: '/images/still/json' })) as { Id: string };
  for (const { name, mode, port } of SERVICES) await post('/services/create', serviceOf(name, image, mode, port));
  const tasks = () => docker.engine({ path: '/tasks' }) as Promise<readonly { Status: { State: string } }[]>;
  await until(
    async () => (await tasks()).filter(({ Status }) => Status.State === 'running').length === SERVICES.length,
    60_000,
    'the services of the swarm run',
  );
  const listed = (await docker.engine({ path: '/containers/json' })) as readonly { Id: string; Names: string[] }[];
  for (const { Id, Names } of listed.filter((one) => /^\/(?:mesh|direct)\./.test(one.Names[0] ?? ''))) {
    const { State } = (await docker.engine({ path: `/containers/${Id}/json` })) as { State: { Pid: number } };
    await opened.use(inhabit(`/proc/${State.Pid}/ns/net`)).serve(Names[0]?.slice(1) ?? '', 'tcp', 80);
  }
  const owned = opened.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Its image is named by its hash: one with a name would be asked for at a registry. */
function serviceOf(name: string, image: string, mode: string, port: number): unknown {
  const run = { Image: image, Command: ['/bin/busybox', 'sleep', '86400'], StopSignal: 'SIGKILL' };
  return {
    Name: name,
    TaskTemplate: { ContainerSpec: run },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: port, PublishMode: mode }] },
  };
}

/** Its containers go with the swarm, but for the bridge that led them out. */
async function leave({ engine }: DockerHost): Promise<void> {
  await engine({ method: 'POST', path: '/swarm/leave?force=true' });
  await until(
    () =>
      engine({ method: 'DELETE', path: '/networks/docker_gwbridge' }).then(
        () => true,
        () => false,
      ),
    30_000,
    'the bridge of the swarm is gone',
  );
}
