import type { CommandDefinition } from './command.ts';
import { apply } from './commands/apply.ts';
import { events } from './commands/events.ts';
import { plan } from './commands/plan.ts';
import { reconcile } from './commands/reconcile.ts';
import { status } from './commands/status.ts';
import type { FamilyDefinition } from './program.ts';

/** All commands, in the order in which they are listed. */
export const COMMANDS: readonly CommandDefinition[] = [status, plan, apply, reconcile, events];

export const FAMILIES: readonly FamilyDefinition[] = [];
