import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { messageOf } from '../../../model/errors.ts';
import type { OpenOutside, Outside } from '../../../model/outside.ts';
import { pause } from '../../../model/pause.ts';
import { type Clock, SECOND } from '../../../model/time.ts';
import { runProgram } from '../../../programs/run-program.ts';
import { freePair4, freePair6, type Pair } from './free-prefix.ts';
import { runIp } from './ip.ts';
import { holdNamespace, type Namespace } from './namespace.ts';

/** Who gives the stranger's place and takes it away again. */
export interface OutsideDoor {
  readonly open: OpenOutside;
  /** Resolves once the namespace and its veth pair are gone. */
  stop(): Promise<void>;
}

interface Opened {
  readonly namespace: Namespace;
  readonly outside: Outside;
}

const WHY = 'no view from outside: a network namespace for a stranger cannot be made';
const TRIES = 3;
/** How long its link may take to come up, and how often it is looked for. */
const UP_MS = 5 * SECOND;
const LOOK_MS = 20;
/** Where it cannot be made it is not tried with every check. */
const REST_MS = 30 * SECOND;

/** The stranger's place, made at the first need: a namespace that ends with this process, whatever ends it, and a veth pair that ends with it. */
export function createOutsideDoor(clock: Clock): OutsideDoor {
  let opened: Promise<Opened> | undefined;
  let stopped = false;
  let failed: { readonly error: Error; readonly at: number } | undefined;

  const isThere = ({ namespace, outside }: Opened): boolean =>
    namespace.isHeld() && networkInterfaces()[outside.enters] !== undefined;

  async function ready(): Promise<Opened> {
    const before = await opened?.catch(() => undefined);
    if (before !== undefined && isThere(before)) return before;
    if (failed !== undefined && clock.monotonic() - failed.at < REST_MS) throw failed.error;
    await before?.namespace.end();
    failed = undefined;
    return make(clock).catch((error: Error) => {
      failed = { error, at: clock.monotonic() };
      throw error;
    });
  }

  return {
    async open() {
      if (stopped) throw new Error('the box is stopping');
      opened = ready();
      opened.catch(() => {});
      return (await opened).outside;
    },
    async stop() {
      stopped = true;
      const last = await opened?.catch(() => undefined);
      await last?.namespace.end();
      // The kernel takes the pair away with the namespace, a moment later.
      await runProgram(['ip', 'link', 'delete', last?.outside.enters ?? '']).catch(() => {});
    },
  };
}

async function make(clock: Clock): Promise<Opened> {
  const namespace = await holdNamespace(clock).catch((error: Error) => {
    throw new Error(`${WHY}: ${error.message} (it needs root, or CAP_SYS_ADMIN and CAP_NET_ADMIN)`);
  });
  try {
    for (let attempt = 1; ; attempt++) {
      const outside = await connect(namespace);
      if (await isAlone(outside)) {
        await untilUp(outside.enters, clock);
        return { namespace, outside };
      }
      await runIp([`link delete ${outside.enters}`]);
      if (attempt === TRIES) throw new Error('somebody else takes the same addresses at the same time');
    }
  } catch (error) {
    await namespace.end();
    throw new Error(`${WHY}: ${messageOf(error)}`);
  }
}

/** On a busy machine the kernel brings a link up a moment after it was told to; before, it counts as gone. */
async function untilUp(link: string, clock: Clock): Promise<void> {
  const given = AbortSignal.timeout(UP_MS);
  while (networkInterfaces()[link] === undefined) await pause(clock, LOOK_MS, given);
}

/** Joins the namespace to this machine. No rule is added anywhere: what the stranger meets is what anybody would. */
async function connect({ pid, door }: Namespace): Promise<Outside> {
  const inUse = await prefixesInUse();
  const four = freePair4(inUse);
  if (four === undefined) throw new Error('no addresses are free for it');
  const six = (await hasV6()) ? freePair6(inUse) : undefined;
  const enters = `sbout${randomBytes(3).toString('hex')}`;
  await runIp([`link add ${enters} type veth peer name eth0 netns ${pid}`]);
  try {
    await runIp([...addressLines(enters, 'mine', four, six), `link set ${enters} up`]);
    await runIp(
      [
        'link set lo up',
        ...addressLines('eth0', 'theirs', four, six),
        'link set eth0 up',
        `route add 0.0.0.0/0 via ${four.mine}`,
        ...(six === undefined ? [] : [`route add ::/0 via ${six.mine}`]),
      ],
      door,
    );
  } catch (error) {
    await runIp([`link delete ${enters}`]);
    throw error;
  }
  return {
    enters,
    door,
    address4: four.theirs,
    gateway4: four.mine,
    ...(six !== undefined && { address6: six.theirs, gateway6: six.mine }),
  };
}

function addressLines(link: string, end: 'mine' | 'theirs', four: Pair, six: Pair | undefined): string[] {
  return [
    `address add ${four[end]}/${four.bits} dev ${link}`,
    // Nobody else is on this wire: a duplicate need not be looked for, RFC 4862 section 5.4.
    ...(six === undefined ? [] : [`address add ${six[end]}/${six.bits} dev ${link} nodad`]),
  ];
}

/** Every prefix that this machine has a route or an address for. */
async function prefixesInUse(): Promise<string[]> {
  const routes = await Promise.all(
    ['-4', '-6'].map((family) => runProgram(['ip', '-j', family, 'route', 'show', 'table', 'all'])),
  );
  return routes.flatMap((printed) =>
    printed.trim() === '' ? [] : (JSON.parse(printed) as { dst?: unknown }[]).map(({ dst }) => String(dst)),
  );
}

async function hasV6(): Promise<boolean> {
  const setting = await readFile('/proc/sys/net/ipv6/conf/default/disable_ipv6', 'utf8').catch(() => '');
  return setting.trim() === '0';
}

/** Whether no other link has taken the same addresses since they were looked for. */
async function isAlone({ enters, gateway4 }: Outside): Promise<boolean> {
  const printed = await runProgram(['ip', '-j', 'address', 'show', 'to', `${gateway4}/30`]);
  const links = JSON.parse(printed) as { ifname?: unknown }[];
  return links.every(({ ifname }) => ifname === undefined || ifname === enters);
}
