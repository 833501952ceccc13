import type { PortView } from './ports.ts';

/** A published port in words: `web:8080/tcp`. */
export function labelOf({ destination: { container, published } }: Pick<PortView, 'destination'>): string {
  return `${container.name}:${published.port}/${published.proto}`;
}

/** What a finding about these is about. */
export function subjectOf(labels: ReadonlySet<string>, many = 'published ports'): string {
  const [only] = labels;
  return only !== undefined && labels.size === 1 ? only : `${labels.size} ${many}`;
}
