import type { SwarmRole } from '../names.ts';
import type { VolumeMark } from '../observe/observation.ts';
import type { RolloutRecord, Rotation, Suspicion } from './records.ts';

/** One step from observation to spec. Every action says why. */
export type Action = { readonly reason: string } & (
  | LaunchAction
  /** Mark a launch as healthy: it stops counting as a failure. */
  | { readonly kind: 'confirmLaunch'; readonly slot: string; readonly generation: number }
  /** A launch that was begun, of which nothing came to be seen, and which is more than is wanted by now: it is not sent again. */
  | { readonly kind: 'abandonLaunch'; readonly slot: string; readonly generation: number }
  | {
      readonly kind: 'attachVolume';
      readonly logicalId: string;
      readonly instanceId: string;
      readonly volumeId: string;
      readonly deviceName: string;
    }
  | { readonly kind: 'terminate'; readonly instanceIds: readonly string[] }
  /** Decide, once, which manager initialises the Swarm. */
  | { readonly kind: 'claimGenesis'; readonly seed: string }
  /** Remember the Swarm that is there: nothing will be initialised again. */
  | { readonly kind: 'recordGenesis'; readonly seed: string; readonly clusterId: string }
  | { readonly kind: 'initSwarm'; readonly instanceId: string; readonly logicalId: string }
  | {
      readonly kind: 'join';
      readonly role: SwarmRole;
      readonly instanceIds: readonly string[];
      /** Private addresses of healthy managers to join at, the leader first. */
      readonly managers: readonly string[];
      /** A healthy manager that can publish the tokens, should they be missing or stale. */
      readonly publisher: string;
    }
  /** New join tokens in place of those there are, made and published by this manager. */
  | { readonly kind: 'rotateTokens'; readonly instanceId: string; readonly record: Rotation }
  /** A new state volume for a logical ID whose volume is lost, or marked as stale. */
  | {
      readonly kind: 'createVolume';
      readonly logicalId: string;
      readonly group: string;
      readonly zone: string;
      /** The volume that is lost: the executor makes sure of that once more. `undefined`: it is marked, and known to be there. */
      readonly lostVolumeId: string | undefined;
      /** Makes the client token: the same for one loss, another for the next. */
      readonly token: string;
    }
  | { readonly kind: 'markVolume'; readonly volumeId: string; readonly logicalId: string; readonly mark: VolumeMark }
  /** Takes `retired` off a disk that came back with its logical ID: what it holds is of use again. */
  | { readonly kind: 'unmarkVolume'; readonly volumeId: string; readonly logicalId: string }
  /** Stops a manager's engine cleanly before its machine is ended; the script makes sure of the quorum first. */
  | { readonly kind: 'stopEngine'; readonly instanceId: string; readonly nodeId: string }
  /** Gives running engines other settings (labels) without a restart. */
  | {
      readonly kind: 'applySettings';
      readonly group: string;
      /** Of the settings; they then show it as their engine label. */
      readonly hash: string;
      readonly instanceIds: readonly string[];
    }
  /** A declared manager's node that is a worker becomes a manager again. */
  | { readonly kind: 'promoteNode'; readonly nodeId: string; readonly via: string }
  /** Ends a drain that the controller began. */
  | { readonly kind: 'activateNode'; readonly nodeId: string; readonly via: string }
  /** Deletes what a machine holds of a Swarm that does not know it any more, so that it can join anew. */
  | { readonly kind: 'leaveSwarm'; readonly instanceId: string; readonly logicalId: string }
  /** A new Swarm of one manager from the state of a survivor, on an operator's explicit command. */
  | {
      readonly kind: 'forceNewCluster';
      readonly instanceId: string;
      readonly logicalId: string;
      readonly clusterId: string;
    }
  /** The recovery is over, or refused: forget the command. */
  | { readonly kind: 'closeRecovery' }
  /** The machine of an operator's order is gone: forget the order. */
  | { readonly kind: 'closeOrder'; readonly instanceId: string }
  /** Every machine of the group has this configuration and is healthy: remember it as good. */
  | { readonly kind: 'settleRollout'; readonly record: RolloutRecord }
  | { readonly kind: 'haltRollout'; readonly record: RolloutRecord }
  /** Commit the group's configuration of a former version anew, as the newest one failed. */
  | { readonly kind: 'rollBack'; readonly group: string; readonly toVersion: number; readonly record: RolloutRecord }
  | { readonly kind: 'demoteNode'; readonly nodeId: string; readonly via: string }
  | { readonly kind: 'removeNode'; readonly nodeId: string; readonly via: string }
  | { readonly kind: 'drainNode'; readonly nodeId: string; readonly via: string; readonly seconds: number }
  | { readonly kind: 'restartEngine'; readonly instanceId: string; readonly suspicion: Suspicion }
  /** Remember that a machine looked broken (the executor stores it as it is). */
  | { readonly kind: 'suspect'; readonly suspicion: Suspicion }
  /** It is well again or gone, or shows that no more: forget it. */
  | { readonly kind: 'absolve'; readonly instanceId: string }
);

export interface LaunchAction {
  readonly kind: 'launch';
  readonly slot: string;
  readonly group: string;
  /** The generation to launch; the executor records the intent under it before it calls EC2. */
  readonly generation: number;
  /** True when the record is there already: its request is sent again, to the letter, to make sure of the effect. */
  readonly replay: boolean;
  /** The spec version whose configuration of the group is launched: the newest, or the last good one under a halted roll-out. */
  readonly version: number;
  /** Launches in a row, before this one, that never became healthy. */
  readonly failures: number;
  readonly order: LaunchOrder;
}

export type LaunchOrder =
  | { readonly kind: 'pet'; readonly logicalId: string; readonly interfaceId: string; readonly volumeId: string }
  | { readonly kind: 'batch'; readonly zone: string; readonly subnetId: string; readonly count: number };

export type ActionKind = Action['kind'];

/** A thing that ought to be done and is not, because a rule forbids it. Goes to the event log. */
export interface Held {
  /** Stable name of the rule or cause, e.g. `no-quorum`, `backoff`, `parked`. */
  readonly rule: string;
  /** What it is about: a logical ID, an instance id, a group. */
  readonly subject: string;
  readonly reason: string;
  /** Milliseconds since the epoch when looking again can help; `undefined`: when the world changes. */
  readonly until: number | undefined;
}

/** Something under way that needs nothing but time. */
export interface Waiting {
  readonly what: string;
  readonly subject: string;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  /** Instances that must be asked (probed) before more can be decided. */
  readonly ask: readonly string[];
  /** True while a manager's address or disk is about to be free: a listing without a leader can take 8 s, and would hold it up. */
  readonly askCanWait: boolean;
}

const DRASTIC: ReadonlySet<ActionKind> = new Set<ActionKind>([
  'terminate',
  'restartEngine',
  'stopEngine',
  'demoteNode',
  'leaveSwarm',
  'forceNewCluster',
]);

/**
 * Could it take a vote, or a machine that works, if what it was planned from is not true any more? Such an action is
 * begun soon after the answers that call for it, or not at all.
 */
export function isDrastic({ kind }: Action): boolean {
  return DRASTIC.has(kind);
}
