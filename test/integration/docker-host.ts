import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { askEngine, type EngineCall } from './docker-host/engine.ts';
import { inhabit, type Resident } from './docker-host/inhabit.ts';
import { type Backend, makePrivateHost, type PrivateHost, readDaemonLog } from './docker-host/private-host.ts';
import { until } from './until.ts';

const ROOTLESS = fileURLToPath(new URL('./docker-host/rootless.sh', import.meta.url));
const IMAGE = 'still';

/** A container: it sleeps, and a process of ours in its namespace answers with its name. */
export interface ContainerWish {
  readonly name: string;
  /** A network of Docker's by name; `bridge` when left out. */
  readonly network?: string;
  /** What it answers: `tcp:80`. */
  readonly serves?: readonly string[];
  /** What is published, as the docker command has it: `8080:80/tcp`, `127.0.0.1:8081:80/tcp`. */
  readonly publishes?: readonly string[];
}

export interface DockerHostOptions {
  readonly backend: Backend;
  /** dockerd's own, where its PATH leads to another `iptables`. */
  readonly daemonBackend?: Backend;
  /** Run by a user who is not root, with rootlesskit and slirp4netns. */
  readonly isRootless?: boolean;
  /** More arguments for dockerd: `--userland-proxy=false`. */
  readonly dockerd?: readonly string[];
}

/** A real dockerd in a network namespace of its own, with a second one as its outside. */
export interface DockerHost extends PrivateHost {
  readonly socket: string;
  engine(call: EngineCall): Promise<unknown>;
  /** Restarts dockerd and resolves once it answers. Its containers end with it. */
  restart(): Promise<void>;
  /** Starts a container; resolves, once it answers in its own namespace, to its resident and addresses. */
  startContainer(wish: ContainerWish): Promise<Container>;
  /** Starts one again that has ended. */
  startAgain(wish: ContainerWish): Promise<Container>;
}

export interface Container {
  readonly name: string;
  readonly network: string;
  readonly id: string;
  readonly address: string;
  readonly address6: string;
  readonly resident: Resident;
}

/** Starts a dockerd that answers and has an image. Disposing ends it and its containers, whatever has happened. */
export async function startDockerHost({
  dockerd = [],
  isRootless = false,
  ...backends
}: DockerHostOptions): Promise<DockerHost> {
  await using opened = new AsyncDisposableStack();
  const host = opened.use(
    await makePrivateHost({
      ...backends,
      daemon: (folder) => [...(isRootless ? ['sh', ROOTLESS, folder] : []), ...commandLine(folder, dockerd)],
    }),
  );
  const socket = join(host.folder, 'docker.sock');
  const engine = (call: EngineCall) => askEngine(socket, call);
  const untilUp = () =>
    until(() => engine({ path: '/_ping' }).then(Boolean, () => false), 60_000, 'dockerd answers').catch(async () => {
      throw new Error(`dockerd did not come up:\n${(await readDaemonLog(host.folder)).slice(-3_000)}`);
    });
  await untilUp();
  await engine({
    method: 'POST',
    path: `/images/create?fromSrc=-&repo=${IMAGE}`,
    body: await makeImage(host),
  });
  const residents = opened.use(new AsyncDisposableStack());
  const start = async (wish: ContainerWish) => {
    const container = await startContainer(engine, wish);
    residents.use(container.resident);
    return container;
  };
  const owned = opened.move();
  return {
    ...host,
    socket,
    engine,
    async restart() {
      await host.restartDaemon();
      await untilUp();
    },
    async startContainer(wish) {
      await createContainer(engine, wish);
      return start(wish);
    },
    startAgain: start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function commandLine(folder: string, more: readonly string[]): readonly string[] {
  return [
    'dockerd',
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'run')}`,
    `--host=unix://${join(folder, 'docker.sock')}`,
    `--pidfile=${join(folder, 'dockerd.pid')}`,
    ...more,
  ];
}

/** A tar of a file system that holds nothing but busybox, which is linked statically. */
async function makeImage({ folder, env }: PrivateHost): Promise<Buffer> {
  const root = join(folder, 'image');
  await mkdir(join(root, 'bin'), { recursive: true });
  const run = promisify(execFile);
  const { stdout: path } = await run('sh', ['-c', 'command -v busybox'], { env });
  await cp(path.trim(), join(root, 'bin/busybox'), { dereference: true });
  const { stdout } = await run('tar', ['-C', root, '-c', '.'], { encoding: 'buffer', maxBuffer: 32e6 });
  return stdout;
}

async function createContainer(
  engine: DockerHost['engine'],
  { name, network = 'bridge', publishes = [] }: ContainerWish,
): Promise<void> {
  const ports = publishes.map(readPublish);
  await engine({
    method: 'POST',
    path: `/containers/create?name=${name}`,
    body: {
      Image: IMAGE,
      Cmd: ['/bin/busybox', 'sleep', '86400'],
      // The first process of a container ignores SIGTERM, and dockerd would wait for ten seconds.
      StopSignal: 'SIGKILL',
      ExposedPorts: Object.fromEntries(ports.map(({ inner }) => [inner, {}])),
      HostConfig: {
        NetworkMode: network,
        PortBindings: Object.groupBy(ports, ({ inner }) => inner),
      },
    },
  });
}

async function startContainer(
  engine: DockerHost['engine'],
  { name, network = 'bridge', serves = [] }: ContainerWish,
): Promise<Container> {
  await engine({ method: 'POST', path: `/containers/${name}/start` });
  const seen = (await engine({ path: `/containers/${name}/json` })) as Inspected;
  const attached = seen.NetworkSettings.Networks[network];
  const resident = inhabit(`/proc/${seen.State.Pid}/ns/net`);
  for (const one of serves) {
    const [proto, port] = one.split(':');
    await resident.serve(name, proto === 'udp' ? 'udp' : 'tcp', Number(port));
  }
  return {
    name,
    network,
    id: seen.Id,
    address: attached?.IPAddress ?? '',
    address6: attached?.GlobalIPv6Address ?? '',
    resident,
  };
}

interface Inspected {
  readonly Id: string;
  readonly State: { readonly Pid: number };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly GlobalIPv6Address: string }>>;
  };
}

function readPublish(text: string): { inner: string; HostIp: string; HostPort: string } {
  const found = /^(?:(?<address>.+):)?(?<port>\d+):(?<inner>\d+\/(?:tcp|udp))$/.exec(text)?.groups;
  if (found === undefined) throw new Error(`${text} is not like 127.0.0.1:8080:80/tcp`);
  return { inner: found.inner ?? '', HostIp: found.address ?? '', HostPort: found.port ?? '' };
}
