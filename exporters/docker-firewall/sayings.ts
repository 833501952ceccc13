import type { FirewallFinding } from './report.ts';

/** Says each finding and each trouble once, and of findings when they are over. */
export function createSayings(
  onTrouble: (message: string) => void,
): (findings: readonly FirewallFinding[], troubles: readonly string[]) => void {
  let said = new Map<string, string>();
  return (findings, troubles) => {
    const now = new Map(findings.map((one) => [`${one.check} ${one.subject} ${one.says}`, inWords(one)]));
    for (const [key, words] of now) if (!said.has(key)) onTrouble(words);
    const next = new Map(now);
    for (const trouble of troubles) {
      next.set(`trouble ${trouble}`, trouble);
      if (!said.has(`trouble ${trouble}`)) onTrouble(trouble);
    }
    for (const [key, words] of said)
      if (!next.has(key) && !key.startsWith('trouble ')) onTrouble(`this is over: ${words}`);
    said = next;
  };
}

function inWords({ check, severity, says, fix, sideEffect }: FirewallFinding): string {
  const beside = sideEffect === undefined ? '' : `; beside that, ${sideEffect}`;
  return `${severity} ${check}: ${says}${fix === undefined ? '' : ` (to mend it: ${fix}${beside})`}`;
}
