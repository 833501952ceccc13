import { spanInWords } from '../model/time.ts';

/** Whether the latency of a kind of probe is the time a job ran, not the time of an answer. */
export function isRun(kind: string): boolean {
  return kind === 'heartbeat' || kind === 'exec';
}

const BY: Readonly<Record<string, string>> = {
  http: 'a web request',
  tcp: 'a TCP connection',
  tls: 'a TLS handshake',
  dns: 'a name server query',
  icmp: 'pings',
  exec: 'a program of its own',
};

/** How a monitor is checked, in words that name no address: `Checked by a web request every 30 s.` */
export function howChecked(kind: string, everyMs: number): string {
  if (kind === 'heartbeat') return 'It reports for itself; when its signal is late, it is down.';
  return `Checked by ${BY[kind] ?? kind} every ${spanInWords(everyMs)}.`;
}
