import { z } from 'zod';
import type { ProbeSpec } from '../../../model/probe-spec.ts';
import { textOrSecret } from '../../../model/settings.ts';
import type { ExecSpec } from './exec.ts';

const COMMAND = 'a list of the program and its arguments, as [check_disk, -w, 10%]; there is no shell';

/** The settings of an exec check. Plain `exec: [program, argument]` is the command. */
export const settings = {
  schema: z.strictObject({
    command: z
      .array(
        z.string().refine((text) => !text.includes('\0'), { message: 'text without a NUL byte' }),
        { error: COMMAND },
      )
      .min(1, { error: COMMAND })
      .refine(([program]) => program !== '', { message: 'the name or path of a program first' })
      .describe('The program and its arguments. It is run as it stands, without a shell.'),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of an environment variable' }),
        textOrSecret(),
      )
      .optional()
      .describe(
        'Variables it is given beside PATH, HOME, LANG, TZ and their like. Nothing else of the box reaches it.',
      ),
    cwd: z
      .string()
      .startsWith('/', { error: 'an absolute path' })
      .optional()
      .describe('The folder it runs in. The root of the file system when left out.'),
  }) as z.ZodType<ExecSpec>,
  shorthand: 'command',
  traits: { by: 'a program of its own', latencyIsRunTime: true, mayHang: true },
  alsoCalled: ['command', 'script'],
  lint({ command, cwd }) {
    const [program = ''] = command;
    if (cwd !== undefined || program.startsWith('/') || !program.includes('/')) return [];
    const message = `an absolute path, or a name to be found in PATH: ${program} is looked for in cwd, and there is none`;
    return [{ path: ['command', 0], message }];
  },
} satisfies ProbeSpec<ExecSpec>;
