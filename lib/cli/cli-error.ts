import type { ExitCode } from './exit-codes.ts';

/** A command ends with a message of its own and this code. */
export class CliError extends Error {
  readonly code = 'Cli';
  readonly exit: ExitCode;
  readonly remedy: string | undefined;
  constructor(exit: ExitCode, message: string, remedy?: string) {
    super(message);
    this.name = 'CliError';
    this.exit = exit;
    this.remedy = remedy;
  }
}
