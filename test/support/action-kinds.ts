import type { Action } from '../../lib/plan/action.ts';
import { keysOf } from './keys-of.ts';

/** By kind, so that a new kind of action can't be forgotten here. */
const EVERY: Readonly<Record<Action['kind'], true>> = {
  abandonLaunch: true,
  absolve: true,
  activateNode: true,
  applySettings: true,
  attachVolume: true,
  claimGenesis: true,
  closeOrder: true,
  closeRecovery: true,
  confirmLaunch: true,
  createVolume: true,
  demoteNode: true,
  drainNode: true,
  forceNewCluster: true,
  haltRollout: true,
  initSwarm: true,
  join: true,
  launch: true,
  leaveSwarm: true,
  markVolume: true,
  promoteNode: true,
  recordGenesis: true,
  removeNode: true,
  restartEngine: true,
  rollBack: true,
  rotateTokens: true,
  settleRollout: true,
  stopEngine: true,
  suspect: true,
  terminate: true,
  unmarkVolume: true,
};

/** In alphabetical order. */
export const ACTION_KINDS = keysOf(EVERY);
