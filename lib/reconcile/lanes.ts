import { few } from '../few.ts';
import type { Action } from '../plan/action.ts';

/**
 * Actions about the same thing, in the order of the plan. Lanes run side by side; a lane ends at its first failure,
 * because what follows was planned on its success.
 */
export function lanesOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const lanes = new Map<string, Action[]>();
  for (const action of actions) {
    const key = laneOf(action);
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [action]);
    else lane.push(action);
  }
  return [...lanes.values()];
}

/** The steps of a recovery follow each other, whatever each is about: no new Swarm before every old state is marked. */
function laneOf(action: Action): string {
  const ofRecovery =
    action.kind === 'forceNewCluster' ||
    action.kind === 'closeRecovery' ||
    (action.kind === 'markVolume' && action.mark === 'stale');
  return ofRecovery ? 'recovery' : subjectOf(action);
}

/** What an action is about: one lane each, and the subject in the event log. */
export function subjectOf(action: Action): string {
  switch (action.kind) {
    case 'launch':
    case 'confirmLaunch':
    case 'abandonLaunch':
      return action.slot;
    case 'attachVolume':
    case 'createVolume':
    case 'markVolume':
    case 'unmarkVolume':
    case 'forceNewCluster':
      return action.logicalId;
    case 'terminate':
    case 'join':
      return few(action.instanceIds);
    case 'applySettings':
    case 'rollBack':
      return action.group;
    case 'settleRollout':
    case 'haltRollout':
      return action.record.group;
    case 'closeRecovery':
      return 'recovery';
    case 'rotateTokens':
      return 'join tokens';
    case 'claimGenesis':
    case 'recordGenesis':
      return action.seed;
    case 'initSwarm':
      return action.logicalId;
    case 'demoteNode':
    case 'removeNode':
    case 'drainNode':
    case 'promoteNode':
    case 'activateNode':
      return action.nodeId;
    case 'restartEngine':
    case 'stopEngine':
    case 'leaveSwarm':
    case 'absolve':
    case 'closeOrder':
      return action.instanceId;
    case 'suspect':
      return action.suspicion.instanceId;
  }
}
