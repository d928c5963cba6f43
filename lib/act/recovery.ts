import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { runScriptOn } from './script.ts';

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** Only on an operator's command that names this manager and this Swarm (Safety 4); the script compares the id on the disk. */
export async function forceNewCluster(
  action: ActionOf<'forceNewCluster'>,
  context: ActContext,
): Promise<ActionOutcome> {
  const { recovery } = context.records;
  if (recovery?.survivor !== action.logicalId || recovery.clusterId !== action.clusterId) {
    const commanded = recovery === undefined ? 'none' : `one from ${recovery.survivor} of Swarm ${recovery.clusterId}`;
    const message = `a recovery from ${action.logicalId} of Swarm ${action.clusterId} was not commanded (${commanded} was); plan again`;
    return failed('NotCommanded', message, 'backoff');
  }
  return await runScriptOn('swarm-recover', action.instanceId, { clusterId: action.clusterId }, context);
}

export async function closeRecovery(_: ActionOf<'closeRecovery'>, context: ActContext): Promise<ActionOutcome> {
  await context.store.removeRecovery(context.lease);
  return done('the recovery is over');
}
