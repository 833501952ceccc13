import { readFileSync } from 'node:fs';
import { Command } from 'commander';

/** The version of this package. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export function versionCommand(): Command {
  return new Command('version').description('say which version this is').action(() => {
    console.log(`signalbox ${version()} (Node ${process.versions.node})`);
  });
}
