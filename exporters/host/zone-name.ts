import type { Files } from './files.ts';

const NAME = '(<[^>]{1,20}>|[A-Za-z]{1,20})';
const OFFSET = String.raw`([+-]?\d{1,3}(?::\d{1,2}){0,2})`;
/** The last line of a zone's file (RFC 8536 §3.3): `CET-1CEST,M3.5.0,M10.5.0/3`. */
const RULE = new RegExp(`\\n${NAME}${OFFSET}(?:${NAME}${OFFSET}?)?[^\\n]*\\n$`);

/** What the zone is called at that instant, as `CET`: the offset is this process's, the name comes from the zone's own file. */
export async function zoneName(root: Files, at: Date): Promise<string> {
  const offset = -at.getTimezoneOffset();
  const zone = process.env.TZ?.replace(/^:/, '');
  const path = zone && /^[\w+-]+(?:\/[\w+-]+)*$/.test(zone) ? `usr/share/zoneinfo/${zone}` : 'etc/localtime';
  const [, standard = '', written = '', summer, summerWritten] = RULE.exec(await root.read(path).catch(() => '')) ?? [];
  const normal = minutesOf(written);
  const late = summerWritten === undefined ? normal + 60 : minutesOf(summerWritten);
  if (standard !== '' && normal === offset) return bare(standard);
  if (summer !== undefined && late === offset) return bare(summer);
  return offset === 0 ? 'UTC' : '';
}

function bare(name: string): string {
  return name.replace(/[<>]/g, '');
}

/** POSIX counts westward: `-1` is an hour east of Greenwich. */
function minutesOf(written: string): number {
  const [hours = 0, minutes = 0] = written.replace(/^[+-]/, '').split(':').map(Number);
  const size = hours * 60 + minutes;
  return written.startsWith('-') ? size : -size;
}
