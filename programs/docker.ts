import { SECOND } from '../model/time.ts';
import { ask, hear, NoAnswer } from './unix-socket.ts';

/** What a daemon says of itself. */
export interface DockerVersion {
  /** `20.10.24`; empty where it says none. */
  readonly engine: string;
  /** The newest and the oldest version of the API that it speaks, as `1.41`; empty where it says none. */
  readonly api: string;
  readonly oldestApi: string;
  /** Podman's service, which speaks Docker's API for the most part. */
  readonly isPodman: boolean;
  /** All that it said. */
  readonly said: Readonly<Record<string, unknown>>;
}

/** Something that a daemon says happened. */
export interface DockerEvent {
  /** By the daemon's clock, in milliseconds. */
  readonly at: number;
  /** `container`, `image`, `network`, `daemon`, … */
  readonly type: string;
  /** `start`, `die`, `health_status: healthy`, … */
  readonly action: string;
  readonly id: string;
  /** The labels of a container are among them, and may hold secrets: pick what is needed, and keep no other. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface EventsWanted {
  readonly types: readonly string[];
  readonly actions: readonly string[];
  /** What happened since then comes first, so far as the daemon remembers it; in milliseconds, by its clock. */
  readonly since?: number | undefined;
  /** The daemon listens to us from here on. */
  readonly onOpen?: () => void;
  readonly onEvent: (event: DockerEvent) => void;
}

/** The Engine API of one daemon (docs.docker.com/reference/api/engine, versions 1.24 and newer; Podman's service has it too). It only asks. */
export interface Docker {
  /** The path of its socket. */
  readonly socket: string;
  /** Asks for JSON of at most 32 MB, in `longestMs`, 20 seconds when left out. Rejects with `NoAnswer`, or with the signal's reason. */
  get(path: string, signal: AbortSignal, longestMs?: number): Promise<unknown>;
  /** Rejects as `get` does. */
  version(signal: AbortSignal, longestMs?: number): Promise<DockerVersion>;
  /** Tells what happens until the daemon ends the stream. Rejects as `get` does. `followDocker` does it again and again. */
  events(wanted: EventsWanted, signal: AbortSignal): Promise<void>;
}

/** The newest version of the API that is known here: a daemon that has newer ones is asked in this one, so that its answers stay as they were. */
const NEWEST_API = '1.52';
const LONGEST_MS = 20 * SECOND;

/** The client of the daemon at a socket. It keeps no connection; which version is spoken is asked again when the daemon was away. */
export function openDocker(socket: string): Docker {
  let spoken: Promise<string> | undefined;

  async function version(signal: AbortSignal, longestMs = LONGEST_MS): Promise<DockerVersion> {
    const found = versionIn(await ask(socket, '/version', signal, longestMs));
    spoken ??= Promise.resolve(prefixOf(found));
    return found;
  }

  /** What comes before each path; of who asked first alone would be the signal, so a call that fails is not remembered. */
  function prefix(signal: AbortSignal, longestMs: number): Promise<string> {
    spoken ??= ask(socket, '/version', signal, longestMs).then(versionIn).then(prefixOf);
    const asked = spoken;
    return asked.catch(async (error: unknown) => {
      if (spoken === asked) spoken = undefined;
      if (signal.aborted || error instanceof NoAnswer) throw error;
      return prefix(signal, longestMs);
    });
  }

  async function spoke<T>(call: (prefix: string) => Promise<T>, signal: AbortSignal, longestMs: number): Promise<T> {
    try {
      return await call(await prefix(signal, longestMs));
    } catch (error) {
      // Another daemon may listen there by now; one that refuses the version has been changed.
      if (error instanceof NoAnswer && (error.status === undefined || error.status === 400)) spoken = undefined;
      throw error;
    }
  }

  return {
    socket,
    version,
    get: (path, signal, longestMs = LONGEST_MS) =>
      spoke((before) => ask(socket, `${before}${path}`, signal, longestMs), signal, longestMs),
    events: ({ types, actions, since, onOpen, onEvent }, signal) => {
      const query = new URLSearchParams({ filters: JSON.stringify({ type: types, event: actions }) });
      if (since !== undefined) query.set('since', (since / 1_000).toFixed(9));
      const tell = (object: Readonly<Record<string, unknown>>) => {
        const event = eventIn(object);
        if (event !== undefined) onEvent(event);
      };
      return spoke(
        (before) => hear(socket, `${before}/events?${query}`, signal, tell, onOpen),
        signal,
        LONGEST_MS,
      ).then(() => {
        spoken = undefined;
      });
    },
  };
}

/** The version that both speak, as it stands before a path; none where a daemon does not say. */
export function prefixOf({ api: newest, oldestApi: oldest }: Pick<DockerVersion, 'api' | 'oldestApi'>): string {
  if (!/^\d+\.\d+$/.test(newest)) return '';
  const common = isOlder(newest, NEWEST_API) ? newest : NEWEST_API;
  return `/v${/^\d+\.\d+$/.test(oldest) && isOlder(common, oldest) ? oldest : common}`;
}

function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** The path of Docker's socket: the setting, else DOCKER_HOST, else Docker's own. Throws for a DOCKER_HOST that is no unix socket. */
export function dockerSocketPath(setting?: string, host: string | undefined = process.env.DOCKER_HOST): string {
  if (setting !== undefined) return setting.replace(/^unix:\/\//, '');
  if (host === undefined || host === '') return '/var/run/docker.sock';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new Error(
    `DOCKER_HOST is ${JSON.stringify(host)}: wanted unix://PATH, as only this machine's own Docker is asked`,
  );
}

function versionIn(answer: unknown): DockerVersion {
  const said = record(answer);
  const components = Array.isArray(said.Components) ? said.Components : [];
  return {
    engine: text(said.Version),
    api: text(said.ApiVersion),
    oldestApi: text(said.MinAPIVersion),
    isPodman: components.some((one) => text(record(one).Name) === 'Podman Engine'),
    said,
  };
}

/** Docker 20.10 has the names of the newer ones beside its older ones; what has no time is no event. */
function eventIn({ Type, Action, Actor, timeNano }: Readonly<Record<string, unknown>>): DockerEvent | undefined {
  const at = Number(timeNano) / 1e6;
  if (!Number.isFinite(at) || typeof Type !== 'string') return undefined;
  const { ID, Attributes } = record(Actor);
  return { at, type: Type, action: text(Action), id: text(ID), attributes: record(Attributes) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
