import { errorCode, errorMessage, isAwsError, isBusyResource, isThrottle, isTransient } from '../aws/errors.ts';
import type { Action } from '../plan/action.ts';
import { StoreBusyError } from '../store/errors.ts';
import type { ActContext } from './context.ts';
import { createVolume } from './create-volume.ts';
import { claimGenesis, initSwarm, recordGenesis } from './genesis.ts';
import { abandonLaunch, confirmLaunch, launch } from './launch.ts';
import { markVolume, unmarkVolume } from './mark-volume.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { closeRecovery, forceNewCluster } from './recovery.ts';
import { haltRollout, rollBack, settleRollout } from './rollout.ts';
import { rotateTokens } from './rotation.ts';
import { applySettings } from './settings.ts';
import {
  activateNode,
  demoteNode,
  drainNode,
  join,
  leaveSwarm,
  promoteNode,
  removeNode,
  restartEngine,
  stopEngine,
} from './swarm.ts';
import { terminate } from './terminate.ts';
import { attachVolume } from './volumes.ts';

/**
 * Carries out one action. What AWS answers becomes an outcome; a lost lease and our own defects are thrown.
 *
 * Every action may come twice (a pass that crashed, an answer that was lost) and comes to the same the second time.
 * @throws LeaseLostError
 */
export async function perform(action: Action, context: ActContext): Promise<ActionOutcome> {
  try {
    return await carryOut(action, context);
  } catch (error) {
    if (error instanceof StoreBusyError) return failed(error.code, error.message, 'soon');
    if (!isAwsError(error)) throw error;
    const passes = isThrottle(error) || isTransient(error) || isBusyResource(error);
    return failed(errorCode(error), errorMessage(error), passes ? 'soon' : 'backoff');
  }
}

async function carryOut(action: Action, context: ActContext): Promise<ActionOutcome> {
  switch (action.kind) {
    case 'launch':
      return await launch(action, context);
    case 'confirmLaunch':
      return await confirmLaunch(action, context);
    case 'abandonLaunch':
      return await abandonLaunch(action, context);
    case 'attachVolume':
      return await attachVolume(action, context);
    case 'terminate':
      return await terminate(action, context);
    case 'claimGenesis':
      return await claimGenesis(action, context);
    case 'recordGenesis':
      return await recordGenesis(action, context);
    case 'initSwarm':
      return await initSwarm(action, context);
    case 'join':
      return await join(action, context);
    case 'demoteNode':
      return await demoteNode(action, context);
    case 'removeNode':
      return await removeNode(action, context);
    case 'drainNode':
      return await drainNode(action, context);
    case 'restartEngine':
      return await restartEngine(action, context);
    case 'createVolume':
      return await createVolume(action, context);
    case 'markVolume':
      return await markVolume(action, context);
    case 'unmarkVolume':
      return await unmarkVolume(action, context);
    case 'stopEngine':
      return await stopEngine(action, context);
    case 'applySettings':
      return await applySettings(action, context);
    case 'promoteNode':
      return await promoteNode(action, context);
    case 'activateNode':
      return await activateNode(action, context);
    case 'leaveSwarm':
      return await leaveSwarm(action, context);
    case 'forceNewCluster':
      return await forceNewCluster(action, context);
    case 'closeRecovery':
      return await closeRecovery(action, context);
    case 'closeOrder':
      await context.store.removeOrder(context.lease, action.instanceId);
      return done(`what was ordered of ${action.instanceId} is forgotten`);
    case 'rotateTokens':
      return await rotateTokens(action, context);
    case 'settleRollout':
      return await settleRollout(action, context);
    case 'haltRollout':
      return await haltRollout(action, context);
    case 'rollBack':
      return await rollBack(action, context);
    case 'suspect':
      await context.store.putSuspicion(context.lease, action.suspicion);
      return done(`${action.suspicion.instanceId}: ${action.suspicion.symptom}`);
    case 'absolve':
      await context.store.removeSuspicion(context.lease, action.instanceId);
      return done(`${action.instanceId} is forgotten`);
  }
}
