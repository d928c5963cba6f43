import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';

/** Asks before something is changed. @throws CliError when the answer is no, or there is nobody to ask */
export async function confirm({ terminal, yes }: CommandContext, question: string): Promise<void> {
  if (yes) return;
  const answer = await terminal.ask(`${question} [y/N] `);
  if (answer === undefined) {
    const remedy = 'Give --yes to go on without being asked.';
    throw new CliError(EXIT.unconfirmed, 'not confirmed: standard input is no terminal; nothing was changed', remedy);
  }
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.unconfirmed, 'not confirmed; nothing was changed');
}
