import { Command } from 'commander';

/** `signalbox schema`: the JSON Schema of the config, on standard output. */
export function schemaCommand(): Command {
  return new Command('schema').description('print the JSON Schema of the config, for editors').action(async () => {
    process.stdout.write(await schemaText());
  });
}

/** What `signalbox.schema.json` holds. */
export async function schemaText(): Promise<string> {
  const { configJsonSchema } = await import('../config/config-json-schema.ts');
  return `${JSON.stringify(await configJsonSchema(), null, 2)}\n`;
}
