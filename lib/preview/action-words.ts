import type { Action, ActionKind } from '../plan/action.ts';
import { MARK } from '../plan/marks.ts';

/** What each kind of action does to whatever it is about. */
export const ACTION_WORDS: Readonly<Record<ActionKind, string>> = {
  launch: 'launch a machine',
  confirmLaunch: 'note that its launch went well',
  abandonLaunch: 'give up a launch that is not needed any more',
  attachVolume: 'attach its disk',
  terminate: 'end the machine',
  claimGenesis: 'choose the first manager',
  recordGenesis: 'note which Swarm it is',
  initSwarm: 'initialise the Swarm',
  join: 'join the Swarm',
  rotateTokens: 'replace the join tokens',
  createVolume: 'make a new disk',
  markVolume: 'mark its disk',
  unmarkVolume: 'take the mark off its disk',
  stopEngine: 'stop the engine',
  applySettings: 'change settings in place',
  promoteNode: 'make it a manager',
  activateNode: 'end its drain',
  leaveSwarm: 'give up its old Swarm state',
  forceNewCluster: 'begin a new Swarm from its state',
  closeRecovery: 'note that the recovery is over',
  closeOrder: 'note that an order is carried out',
  settleRollout: 'note that the configuration is good',
  haltRollout: 'halt the roll-out',
  rollBack: 'go back to the last good configuration',
  demoteNode: 'make it a worker',
  removeNode: 'take its node out of the Swarm',
  drainNode: 'drain it',
  restartEngine: 'restart the engine',
  suspect: 'look at it again',
  absolve: 'forget what was wrong with it',
};

/** Marks that are begun with as a suspicion is. */
const BEGUN: Readonly<Record<string, string>> = {
  [MARK.leaving]: 'begin to take it away',
  [MARK.rolling]: 'begin to replace it',
  [MARK.handedOver]: 'have it hand over',
  [MARK.settings]: 'note that its settings change',
  [MARK.volumeLost]: 'look for its disk again',
};

/** What an action does to whatever it is about, as people say it: `launch a machine`. */
export function actionInWords(action: Action): string {
  if (action.kind === 'suspect') return BEGUN[action.suspicion.symptom] ?? ACTION_WORDS.suspect;
  return ACTION_WORDS[action.kind];
}

/** Everything an action is about, by each name under which that may be known: logical ID, instance id, node id. */
export function concernedBy(action: Action): readonly string[] {
  switch (action.kind) {
    case 'launch':
      return action.order.kind === 'pet' ? [action.order.logicalId] : [];
    case 'attachVolume':
    case 'initSwarm':
    case 'leaveSwarm':
    case 'forceNewCluster':
      return [action.logicalId, action.instanceId];
    case 'createVolume':
    case 'markVolume':
    case 'unmarkVolume':
      return [action.logicalId];
    case 'terminate':
    case 'join':
    case 'applySettings':
      return action.instanceIds;
    case 'stopEngine':
      return [action.instanceId, action.nodeId];
    case 'restartEngine':
      return [action.instanceId];
    case 'suspect':
      return [action.suspicion.instanceId];
    case 'promoteNode':
    case 'activateNode':
    case 'demoteNode':
    case 'removeNode':
    case 'drainNode':
      return [action.nodeId];
    case 'claimGenesis':
      return [action.seed];
    default:
      return [];
  }
}
