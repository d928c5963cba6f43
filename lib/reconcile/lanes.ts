import type { Action } from '../plan/action.ts';

/**
 * Actions about the same thing, in the order of the plan. Lanes run side by side; a lane ends at its first failure,
 * because what follows was planned on its success.
 */
export function lanesOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const lanes = new Map<string, Action[]>();
  for (const action of actions) {
    const key = subjectOf(action);
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [action]);
    else lane.push(action);
  }
  return [...lanes.values()];
}

/** What an action is about: one lane each, and the subject in the event log. */
export function subjectOf(action: Action): string {
  switch (action.kind) {
    case 'launch':
    case 'confirmLaunch':
    case 'abandonLaunch':
      return action.slot;
    case 'attachVolume':
      return action.logicalId;
    case 'terminate':
    case 'join':
      return action.instanceIds.join(', ');
    case 'claimGenesis':
    case 'recordGenesis':
      return action.seed;
    case 'initSwarm':
      return action.logicalId;
    case 'demoteNode':
    case 'removeNode':
    case 'drainNode':
      return action.nodeId;
    case 'restartEngine':
    case 'absolve':
      return action.instanceId;
    case 'suspect':
      return action.suspicion.instanceId;
  }
}
