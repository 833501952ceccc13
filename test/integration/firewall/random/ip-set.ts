import type { Chance } from './chance.ts';
import { DESTINATIONS, DEVICES, PORTS, SOURCES } from './surroundings.ts';

/** A set to be made before the rule that asks for it. */
export interface RandomSet {
  readonly name: string;
  /** How many sides of a packet it compares. */
  readonly sides: number;
  readonly script: string;
}

const TYPES = [
  ...['hash:ip', 'hash:ip', 'hash:net', 'hash:net', 'hash:net', 'hash:ip,port', 'hash:net,port', 'hash:net,iface'],
  ...['hash:ip,port,ip', 'hash:ip,port,net', 'bitmap:ip', 'bitmap:port', 'bitmap:ip,mac'],
] as const;

/** A set with a few entries, or a list of two such; now and then one that other rules name too. */
export function randomSet(chance: Chance, family: 4 | 6, name: string): RandomSet {
  if (chance.percent(12)) {
    const [one, two] = [simpleSet(chance, family, `${name}a`), simpleSet(chance, family, `${name}b`)];
    const script = [
      one.script,
      two.script,
      `ipset create ${name} list:set`,
      ...[one, two].map((it) => `ipset add ${name} ${it.name}`),
    ];
    return { name, sides: Math.max(one.sides, two.sides), script: script.join('\n') };
  }
  return simpleSet(chance, family, chance.percent(30) ? undefined : name);
}

function simpleSet(chance: Chance, family: 4 | 6, own: string | undefined): RandomSet {
  const type = chance.pick(TYPES.filter((one) => family === 4 || !one.startsWith('bitmap:ip')));
  const name = own ?? `shared${family}-${type.replaceAll(/\W/g, '-')}`;
  const parts = type.replace(/^\w+:/, '').split(',');
  const lasts = own !== undefined && chance.percent(25) ? ' timeout 600' : '';
  const mask = own !== undefined && type === 'hash:ip' && family === 4 && chance.percent(20) ? ' netmask 24' : '';
  const range = type === 'bitmap:port' ? ' range 0-65535' : type.startsWith('bitmap') ? ' range 172.17.0.0/16' : '';
  const head = `ipset create -exist ${name} ${type}${range}${type.startsWith('hash') && family === 6 ? ' family inet6' : ''}${lasts}${mask}`;
  const entries = Array.from({ length: chance.below(5) }, () => {
    const takesOut = parts.includes('net') && chance.percent(20) ? ' nomatch' : '';
    return `ipset add -exist ${name} ${parts.map((part) => randomPart(chance, part, type, family)).join(',')}${takesOut}`;
  });
  return { name, sides: parts.length, script: [head, ...entries].join('\n') };
}

function randomPart(chance: Chance, part: string, type: string, family: 4 | 6): string {
  const all = [...SOURCES[family], ...DESTINATIONS[family]].filter((one) => !one.startsWith('0.0.0.0/'));
  if (part === 'mac') return '02:00:00:00:00:09';
  if (part === 'iface') return chance.pick(DEVICES);
  if (part === 'port') {
    const port = chance.pick(PORTS);
    return type.startsWith('bitmap') ? port : `${chance.pick(['tcp', 'tcp', 'udp'])}:${port}`;
  }
  if (type.startsWith('bitmap')) return chance.pick(all.filter((one) => /^172\.17\.[\d.]+$/.test(one)));
  if (part === 'net')
    return chance.pick([...all, family === 4 ? '0.0.0.0/1' : '::/1', family === 4 ? '128.0.0.0/1' : '8000::/1']);
  return chance.pick(all.filter((one) => !one.includes('/')));
}

/** A match that asks for a set. */
export function randomSetMatch(chance: Chance, { name, sides }: RandomSet): string {
  const extra = chance.percent(10) ? 1 : chance.percent(5) ? -1 : 0;
  const wanted = Math.max(1, Math.min(sides + extra, 6));
  const which = Array.from({ length: wanted }, () => chance.pick(['src', 'dst'])).join(',');
  const nomatch = chance.percent(15) ? ' --return-nomatch' : '';
  const counters = chance.percent(10) ? ' ! --update-counters' : '';
  return `-m set ${chance.percent(30) ? '! ' : ''}--match-set ${name} ${which}${nomatch}${counters}`;
}

/** A target that puts packets into a set, or takes them out. */
export function randomSetTarget(chance: Chance, { name, sides }: RandomSet): string {
  const which = Array.from({ length: sides }, () => chance.pick(['src', 'dst'])).join(',');
  return chance.percent(70) ? `-j SET --add-set ${name} ${which} --exist` : `-j SET --del-set ${name} ${which}`;
}
