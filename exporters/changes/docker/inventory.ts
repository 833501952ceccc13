import { oneLine } from '../../../model/outside-text.ts';
import { type Instant, SECOND } from '../../../model/time.ts';
import type { Docker } from '../../../programs/docker.ts';

/** A container, so far as its change would be told. Its environment, labels and command are never read. */
export interface ContainerNow {
  /** What it runs: `nginx:1.27 (a1b2c3d4e5f6)`. */
  readonly image: string;
  readonly id: string;
  /** `running`, `paused`, `exited (137)`. */
  readonly state: string;
  readonly created: Instant;
}

/** What Docker has, by name. */
export interface Inventory {
  readonly engine: string;
  /** The engine's parts, by name, and their versions. */
  readonly parts: Readonly<Record<string, string>>;
  readonly containers: Readonly<Record<string, ContainerNow>>;
  /** The short id, by tag. */
  readonly images: Readonly<Record<string, string>>;
}

/** More containers or images than this are not told apart. */
const MOST = 2_000;
/** Compose calls a container so while it takes another's place. */
const IN_PASSING = /^[0-9a-f]{12}_/;

/** Asks a daemon for all that it has. Rejects as the client does. */
export async function takeStock(docker: Docker, signal: AbortSignal): Promise<Inventory> {
  const { engine, said } = await docker.version(signal);
  const [containers, images] = await Promise.all(
    ['/containers/json?all=1', '/images/json'].map((path) => docker.get(path, signal)),
  );
  return {
    engine: oneLine(engine),
    parts: partsOf(said),
    containers: Object.fromEntries(list(containers).flatMap(containerOf)),
    images: Object.fromEntries(list(images).flatMap(tagsOf)),
  };
}

function partsOf(version: unknown): Record<string, string> {
  const parts = list(record(version).Components).map((one) => [
    oneLine(text(record(one).Name), 40),
    oneLine(text(record(one).Version), 80),
  ]);
  return Object.fromEntries(parts.filter(([name, of]) => name !== '' && name !== 'Engine' && of !== ''));
}

function containerOf(one: unknown): [string, ContainerNow][] {
  const { Names, Image, ImageID, Id, State, Status, Created } = record(one);
  // Names of links have a slash more.
  const name = list(Names)
    .map((said) => text(said).replace(/^\//, ''))
    .find((said) => said !== '' && !said.includes('/'));
  if (name === undefined || IN_PASSING.test(name)) return [];
  return [
    [
      oneLine(name),
      {
        image: imageInWords(text(Image), text(ImageID)),
        id: text(Id).slice(0, 12),
        state: stateInWords(text(State), text(Status)),
        created: Number(Created) * SECOND,
      },
    ],
  ];
}

/** Where the tag has moved on, Docker names the image by its id alone. */
function imageInWords(image: string, id: string): string {
  const short = shortId(id);
  return /^(sha256:)?[0-9a-f]{12,64}$/.test(image) ? short : `${oneLine(image, 160)} (${short})`;
}

function stateInWords(state: string, status: string): string {
  const code = /^Exited \((\d+)\)/.exec(status)?.[1];
  return code === undefined ? oneLine(state, 20) : exited(code);
}

/** What is said of a container that has ended. */
export function exited(code: string): string {
  return `exited (${oneLine(code, 4)})`;
}

function tagsOf(one: unknown): [string, string][] {
  const { RepoTags, Id } = record(one);
  return list(RepoTags)
    .map(text)
    .filter((tag) => tag !== '' && !tag.includes('<none>'))
    .map((tag): [string, string] => [oneLine(tag), shortId(text(Id))]);
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** A value of the daemon's as an object; an empty one where it is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST) : [];
}
