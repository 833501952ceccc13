import type { Exporter, Topic } from '../model/exporter.ts';

/** An exporter among others; absent until it is open. */
export interface Peer {
  readonly name: string;
  readonly exporter?: Exporter | undefined;
  readonly isFailing: boolean;
}

/** What an exporter that sees the firewall says of a published port; undefined where none does. */
export function portVerdictAmong(peers: readonly Peer[], protocol: 'tcp' | 'udp', port: number): string | undefined {
  for (const { exporter } of peers) {
    const said = exporter?.portVerdict?.(protocol, port);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** Whether another one tells what becomes of something. One that cannot see tells nothing; of one that is not open yet it is not known. */
export function isToldElsewhere(peers: readonly Peer[], name: string, topic: Topic): boolean | undefined {
  const others = peers.filter((one) => one.name !== name && !one.isFailing);
  const tell = others.map(({ exporter }) => {
    if (exporter === undefined) return undefined;
    return exporter.tells === undefined ? false : exporter.tells(topic);
  });
  return tell.includes(true) || (tell.includes(undefined) ? undefined : false);
}
