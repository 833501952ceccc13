import { Ranges } from './ranges.ts';

/** One file of the spool and how far it has got. Only the journal writes it; only the shipper marks it. */
export interface Segment {
  readonly id: number;
  readonly path: string;
  /** When its file was begun, on the monotonic clock. */
  readonly begunAt: number;
  /** Up to here it is durable. */
  size: number;
  /** When it was last written, on the steady clock: a wall clock that jumps must not age what waits. */
  writtenAt: number;
  /** Nothing more will be appended. */
  sealed: boolean;
  /** Its file was taken away: by the bound, or because all of it is stored. */
  gone: boolean;
  /** What VictoriaMetrics has not yet confirmed. */
  readonly unsent: Ranges;
  /** What the live lane holds in memory and will send. */
  readonly claimed: Ranges;
  /** Under which generation of VictoriaMetrics it was received; undefined until the first confirmation. */
  receivedBy: string | undefined;
  /** When VictoriaMetrics last confirmed some of it, on the monotonic clock. */
  receivedAt: number;
}

/** A segment of which nothing has been sent, as every segment is at a start. */
export function newSegment(
  id: number,
  path: string,
  size: number,
  writtenAt: number,
  begunAt: number,
  sealed: boolean,
): Segment {
  const unsent = new Ranges();
  unsent.add(0, size);
  return {
    id,
    path,
    begunAt,
    size,
    writtenAt,
    sealed,
    gone: false,
    unsent,
    claimed: new Ranges(),
    receivedBy: undefined,
    receivedAt: 0,
  };
}

const NAME = /^(\d{10})\.spool$/;

/** The file name of a segment: its number, so that names sort in order of time. */
export function segmentName(id: number): string {
  return `${String(id).padStart(10, '0')}.spool`;
}

/** The number of a segment's file name; undefined for any other file. */
export function segmentId(name: string): number | undefined {
  const id = NAME.exec(name)?.[1];
  return id === undefined ? undefined : Number(id);
}
