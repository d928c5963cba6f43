import type { CommandDefinition } from './command.ts';
import { apply } from './commands/apply.ts';
import { completionCommand } from './commands/completion.ts';
import { describe } from './commands/describe.ts';
import { doctor } from './commands/doctor.ts';
import { events } from './commands/events.ts';
import { history } from './commands/history.ts';
import { drain, replace } from './commands/order.ts';
import { pause, resume } from './commands/pause.ts';
import { plan } from './commands/plan.ts';
import { reconcile } from './commands/reconcile.ts';
import { recover } from './commands/recover.ts';
import { rollback } from './commands/rollback.ts';
import { rollouts } from './commands/rollout.ts';
import { scale } from './commands/scale.ts';
import { shell } from './commands/shell.ts';
import { status } from './commands/status.ts';
import type { FamilyDefinition } from './program.ts';

/** Words that other words belong to. */
export const FAMILIES: readonly FamilyDefinition[] = [
  { name: 'rollout', section: 'Change', summary: 'watch, halt, continue or take back the roll-out of a group' },
];

/** All commands, in the order in which they are listed. */
export const COMMANDS: readonly CommandDefinition[] = [
  status,
  describe,
  doctor,
  events,
  history,
  plan,
  apply,
  scale,
  rollback,
  ...rollouts,
  replace,
  drain,
  reconcile,
  pause,
  resume,
  recover,
  shell,
  completionCommand(() => COMMANDS, FAMILIES),
];
