/** The command line can't be understood; the message says what was found and what is allowed. Exit code 2. */
export class UsageError extends Error {
  readonly code = 'Usage';
}

/** What was asked for can't be done as things are. Exit code 1. */
export class CommandError extends Error {
  readonly code = 'Command';
}
