import type { Clock } from '../../../../lib/clock.ts';
import type { Random } from '../../../sim/random.ts';
import type { Figures } from '../figures.ts';
import { settleNodes } from './dispatcher.ts';
import { finishBackgroundJoins } from './join.ts';
import { expelRemoved } from './lifecycle.ts';
import { settleTasks } from './orchestrator.ts';
import { settleRaft } from './raft.ts';
import { settleRoles } from './roles.ts';
import { createWorld, type World } from './world.ts';

/** A world of engines in which all of Swarm's machinery runs. */
export function createSwarmWorld(options: {
  readonly clock: Clock;
  readonly random: Random;
  readonly figures: Figures;
}): World {
  return createWorld(options, [expelRemoved, settleRaft, settleNodes, settleRoles, settleTasks, finishBackgroundJoins]);
}
