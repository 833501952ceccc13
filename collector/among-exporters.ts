import type { Exporter, Topic } from '../model/exporter.ts';

/** An exporter among others; `exporter` is absent until it is open. */
export interface Peer {
  readonly of: { readonly name: string };
  readonly exporter?: Exporter;
  /** Why it cannot see. */
  readonly failing: string | undefined;
}

/** What an exporter that sees the firewall says of a published port; undefined where none does. */
export function portVerdictAmong(peers: Iterable<Peer>, protocol: 'tcp' | 'udp', port: number): string | undefined {
  for (const { exporter } of peers) {
    const said = exporter?.portVerdict?.(protocol, port);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** Whether another one tells what becomes of something. One that cannot see tells nothing; of one that is not open yet it is not known. */
export function isToldElsewhere(peers: Iterable<Peer>, name: string, topic: Topic): boolean | undefined {
  const others = [...peers].filter(({ of, failing }) => of.name !== name && failing === undefined);
  const tell = others.map(({ exporter }) => {
    if (exporter === undefined) return undefined;
    return exporter.tells === undefined ? false : exporter.tells(topic);
  });
  return tell.includes(true) || (tell.includes(undefined) ? undefined : false);
}
