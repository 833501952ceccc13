import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateHost } from '../docker-host/private-host.ts';

/** A host's rules of every backend, its sets, sysctls and routes, as they were. */
export interface KeptRules {
  /** What `iptables-save` of each backend printed, by the program that prints it. */
  readonly saved: Readonly<Record<string, string>>;
  /** Puts everything back, native nft tables away, and rejects if it then is not as it was. */
  restore(): Promise<void>;
}

const PROGRAMS = ['iptables-legacy', 'ip6tables-legacy', 'iptables-nft', 'ip6tables-nft'] as const;

const SYSCTLS = `cd /proc/sys/net
grep . ipv4/ip_forward ipv4/conf/*/forwarding ipv4/conf/*/route_localnet ipv4/conf/*/rp_filter ipv4/conf/*/accept_local \\
  ipv6/conf/*/forwarding bridge/bridge-nf-call-ip*tables`;

/** Bare, iptables-legacy-save looks at no table that is not there; the nft one makes none either. */
const save = (program: string) => `${program}-save 2>/dev/null | sed -e '/^#/d' -e 's/\\[[0-9]*:[0-9]*\\]/[0:0]/'`;

/** Legacy tables cannot be taken away again: those that came later are emptied. */
const EMPTY_LEGACY = `for family in ip ip6; do
  for table in $(cat /proc/net/\${family}_tables_names 2>/dev/null); do
    program=\${family}tables-legacy
    $program -t $table -F
    $program -t $table -X
    $program -t $table -S | awk '$1 == "-P" { print $2 }' | while read -r chain; do $program -t $table -P $chain ACCEPT; done
  done
done`;

/** The kernel takes away the rules of nftables, and what they hold, a moment after it was told to. */
const NO_SETS = `for try in 1 2 3 4 5 6 7 8 9; do
  ipset flush; ipset destroy 2> /dev/null && break
  sleep 0.1
done`;

/** Tables that iptables does not keep itself, without their counters. */
const NATIVE = `nft list tables | awk '!($2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/)' | while read -r one; do nft -s list $one; done`;

/** Reads everything, to put it back after a fault. */
export async function keepRules(host: PrivateHost): Promise<KeptRules> {
  const read = async () => Promise.all(PROGRAMS.map((program) => host.run(save(program))));
  const routes = () =>
    host.run(
      'ip -4 route show table all; ip -6 route show table main | grep -v ^fe80; ip -br link show up | cut -d" " -f1 | sort',
    );
  const texts = await read();
  const native = await host.run(NATIVE);
  const sysctls = await host.run(SYSCTLS);
  const sets = await host.run('ipset save');
  const ways = await routes();
  const file = (name: string) => join(host.folder, `kept-${name}`);
  await Promise.all(PROGRAMS.map((program, index) => writeFile(file(program), texts[index] ?? '')));
  await writeFile(file('native'), native);
  await writeFile(file('sysctls'), sysctls);
  await writeFile(file('sets'), sets);
  const script = `${EMPTY_LEGACY}
nft flush ruleset
${NO_SETS}
ipset restore < "${file('sets')}"
nft -f "${file('native')}"
for program in ${PROGRAMS.join(' ')}; do
  kept="${file('$program')}"
  [ ! -s "$kept" ] || $program-restore < "$kept"
done
cd /proc/sys/net
while IFS=: read -r name value; do [ ! -e "$name" ] || [ "$(cat "$name")" = "$value" ] || echo "$value" > "$name"; done < "${file('sysctls')}"`;
  return {
    saved: Object.fromEntries(PROGRAMS.map((program, index) => [program, texts[index] ?? ''])),
    async restore() {
      await host.run(script);
      const now = await read();
      PROGRAMS.forEach((program, index) => {
        if (meaning(now[index]) !== meaning(texts[index]))
          throw new Error(`${program} is not as it was:\n${now[index]}`);
      });
      if ((await host.run(NATIVE)) !== native) throw new Error('the native tables are not as they were');
      if ((await host.run(SYSCTLS)) !== sysctls) throw new Error('the sysctls are not as they were');
      if ((await routes()) !== ways)
        throw new Error(`links and routes are not as they were:\n${await routes()}\n was:\n${ways}`);
    },
  };
}

/** Emptied legacy tables, which cannot be removed, mean nothing. */
function meaning(text = ''): string {
  const tables = text.split(/^(?=\*)/m).filter((table) => /^-A |^:\S+ (?!ACCEPT)/m.test(table));
  return tables.sort().join('');
}
