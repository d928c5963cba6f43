import type { CommandDefinition } from './command.ts';
import { status } from './commands/status.ts';
import type { FamilyDefinition } from './program.ts';

/** All commands, in the order in which they are listed. */
export const COMMANDS: readonly CommandDefinition[] = [status];

export const FAMILIES: readonly FamilyDefinition[] = [];
