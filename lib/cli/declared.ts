import { formatSpecError, SpecError } from '../spec/error.ts';
import { parseSpec } from '../spec/parse.ts';
import type { ClusterSpec } from '../spec/spec.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';

export const FILE_OPTION = {
  flags: '-f, --file <path>',
  what: 'the file that declares the cluster [swarm.yaml]',
} as const;

export const DEFAULT_FILE = 'swarm.yaml';

/** @throws CliError `usage`, with each problem and its place in the file */
export async function readDeclared({ world, terminal }: CommandContext, path: string): Promise<ClusterSpec> {
  let text: string;
  try {
    text = await world.readText(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.usage, `the declared cluster could not be read: ${reason}`, 'Name it with --file.');
  }
  try {
    return parseSpec(text, path);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new CliError(EXIT.usage, formatSpecError(error, { color: terminal.noteColor, text }).trimEnd());
  }
}
