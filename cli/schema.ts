import { Command } from 'commander';

/** `signalbox schema`: the JSON Schema of the config, on standard output. */
export function schemaCommand(): Command {
  return new Command('schema').description('print the JSON Schema of the config, for editors').action(async () => {
    process.stdout.write(await schemaText());
  });
}

/** What `signalbox.schema.json` holds. */
export async function schemaText(): Promise<string> {
  const [{ configJsonSchema }, { probeKinds }, { exporterKinds }] = await Promise.all([
    import('../config/json-schema.ts'),
    import('../collector/probes/index.ts'),
    import('../exporters/index.ts'),
  ]);
  return `${JSON.stringify(await configJsonSchema(probeKinds, exporterKinds), null, 2)}\n`;
}
