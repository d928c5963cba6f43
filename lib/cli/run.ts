import { CommanderError } from 'commander';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { type Given, optionsOf } from './command.ts';
import type { CliWorld, CommandContext, Connection, Place } from './command-context.ts';
import { COMMANDS, FAMILIES } from './commands.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { explain } from './explain.ts';
import { hanging } from './layout.ts';
import { FORMATS } from './output.ts';
import { createProgram } from './program.ts';
import { painter } from './style.ts';

const GLOBALS = z.object({
  cluster: z.string().optional(),
  output: z.enum(FORMATS).default('table'),
  region: z.string().optional(),
  profile: z.string().optional(),
  yes: z.boolean().default(false),
});

/** Runs one command line, what follows the program's name. Only a defect is thrown: all else is said, and ends with its code. */
export async function runCli(world: CliWorld, words: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = createProgram(COMMANDS, FAMILIES, {
    version: world.version,
    terminal: world.terminal,
    async chosen(definition, command) {
      const given: Given = { operands: command.args, options: command.optsWithGlobals() };
      exit = await definition.run(contextOf(world, given), given);
    },
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return say(world, error);
  }
}

function contextOf(world: CliWorld, given: Given): CommandContext {
  const { output, yes, ...place } = optionsOf(given, GLOBALS);
  let connection: Promise<Connection> | undefined;
  return {
    world,
    terminal: world.terminal,
    format: output,
    paint: painter(world.terminal.color && output === 'table'),
    yes,
    connect() {
      connection ??= world.connect(placeOf(place));
      return connection;
    },
  };
}

function placeOf({ cluster, region, profile }: Omit<z.output<typeof GLOBALS>, 'output' | 'yes'>): Place {
  return { cluster, region, profile };
}

function say({ terminal, endpoint }: CliWorld, error: unknown): ExitCode {
  const explanation = explain(error, terminal.noteColor, endpoint);
  if (explanation === undefined) throw error;
  const paint = painter(terminal.noteColor);
  const { exit, message, remedy } = explanation;
  const [first = '', ...rest] = message.split('\n');
  const isUnconfirmed = error instanceof CliError && exit === EXIT.unconfirmed;
  const lead = isUnconfirmed ? '' : paint('bad', 'error: ');
  for (const line of hanging(lead, first, terminal.noteColumns)) terminal.note(line);
  for (const line of rest) terminal.note(line);
  if (remedy !== undefined) for (const line of hanging('  ', remedy, terminal.noteColumns)) terminal.note(line);
  return exit;
}
