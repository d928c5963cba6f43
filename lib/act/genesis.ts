import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { runScriptOn } from './script.ts';

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** Decides, once, which manager may begin the Swarm: two that begin make two Swarms. */
export async function claimGenesis(action: ActionOf<'claimGenesis'>, context: ActContext): Promise<ActionOutcome> {
  const { genesis } = context.records;
  if (genesis !== undefined && genesis.seed !== action.seed) {
    const message = `${genesis.seed} was chosen already; ${action.seed} is not to begin a Swarm`;
    return failed('GenesisClaimed', message, 'backoff');
  }
  if (genesis === undefined) {
    await context.store.putGenesis(context.lease, {
      seed: action.seed,
      claimedAt: context.clock.now(),
      clusterId: undefined,
    });
  }
  return done(`${action.seed} begins the Swarm`);
}

/** Remembers the Swarm that is there. From now on nothing is initialised any more (Safety 4). */
export async function recordGenesis(action: ActionOf<'recordGenesis'>, context: ActContext): Promise<ActionOutcome> {
  const { genesis } = context.records;
  if (genesis?.clusterId !== undefined && genesis.clusterId !== action.clusterId) {
    const message = `the Swarm of this cluster is ${genesis.clusterId}, yet ${action.clusterId} was seen; one of them has to go by hand`;
    return failed('OtherSwarm', message, 'backoff');
  }
  await context.store.putGenesis(context.lease, {
    seed: action.seed,
    claimedAt: genesis?.claimedAt ?? context.clock.now(),
    clusterId: action.clusterId,
  });
  return done(`the Swarm is ${action.clusterId}`);
}

/** Begins the Swarm on the chosen manager; the script refuses a disk that holds Raft state. */
export async function initSwarm(action: ActionOf<'initSwarm'>, context: ActContext): Promise<ActionOutcome> {
  const { genesis } = context.records;
  if (genesis?.seed !== action.logicalId) {
    const message = `${genesis?.seed ?? 'no manager'} is chosen to begin the Swarm, not ${action.logicalId}; plan again`;
    return failed('NotTheSeed', message, 'backoff');
  }
  if (genesis.clusterId !== undefined) {
    const message = `the Swarm ${genesis.clusterId} was begun already; a second one is never begun in a cluster's life`;
    return failed('RefusedForSafety', message, 'backoff');
  }
  // Should the answer get lost, its silence is no sign any more that there is no Swarm.
  await context.store.putGenesis(context.lease, { ...genesis, begunOn: action.instanceId });
  return await runScriptOn('swarm-init', action.instanceId, {}, context);
}
