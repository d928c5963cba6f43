/** What the planner must remember between passes, because no observation shows it. */
export interface Records {
  /** By slot: `pet/<logicalId>` or `batch/<group>/<zone>`. */
  readonly launches: ReadonlyMap<string, LaunchRecord>;
  readonly genesis: Genesis | undefined;
  /** By instance id: what looked broken in earlier passes. Nothing destructive happens on one look. */
  readonly suspicions: ReadonlyMap<string, Suspicion>;
  readonly mode: ControllerMode;
  /** By group: the last configuration that was rolled out to the end, and decisions about the one under way. */
  readonly rollouts: ReadonlyMap<string, RolloutRecord>;
  /** An operator's command to make a new Swarm from one survivor; `undefined` when there is none. */
  readonly recovery: Recovery | undefined;
  /** `undefined`: the join tokens are those that the Swarm began with. */
  readonly rotation?: Rotation | undefined;
  /** Present: the controller observes only. Apart from the mode, since a pause must not end a removal. */
  readonly pause?: Pause | undefined;
  /** By instance id: what operators ordered of single machines. Kept until it is withdrawn, or the machine is gone. */
  readonly orders?: ReadonlyMap<string, MachineOrder> | undefined;
}

/** `active` repairs; `removing`: the cluster is being taken down, nothing is launched any more. */
export type ControllerMode = 'active' | 'removing';

/** Intent before effect: written before a launch, completed after it. */
export interface LaunchRecord {
  readonly slot: string;
  readonly group: string;
  /** Grows by one with each new launch of the slot, from 1. The EC2 client token is derived from it. */
  readonly generation: number;
  /** How many instances this launch asked for. */
  readonly count: number;
  /** The request, whole: a replay must be the same to the letter, or EC2 refuses the token. */
  readonly request: LaunchRequest;
  readonly state: 'intended' | 'launched' | 'failed';
  /** What EC2 answered; empty while intended. */
  readonly instanceIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly intendedAt: number;
  readonly launchedAt: number | undefined;
  /** When its instances were first seen healthy; `undefined` as long as they were not. */
  readonly confirmedAt: number | undefined;
  /** Launches in a row, this one not counted, that never became healthy. */
  readonly failures: number;
  /** The last launch's AWS error code and message, if it failed. */
  readonly lastError: string | undefined;
  /** Former launches of the slot that are so young that EC2 may not list all of their machines in each answer. */
  readonly earlier: readonly EarlierLaunch[];
}

export interface EarlierLaunch {
  readonly instanceIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
}

/** Everything a `RunInstances` call is made from. Plain data, so that it can be stored and replayed. */
export interface LaunchRequest {
  readonly clientToken: string;
  readonly launchTemplate: { readonly id: string; readonly version: string };
  readonly imageId: string;
  readonly instanceType: string;
  /** Shell script, not yet base64. */
  readonly userData: string;
  readonly count: number;
  /** Pets bring their interface; cattle name a subnet. */
  readonly placement:
    | {
        readonly kind: 'interface';
        readonly interfaceId: string;
        /** The state volume that its boot waits for; `undefined` only in requests stored by former versions. */
        readonly volumeId: string | undefined;
      }
    | { readonly kind: 'subnet'; readonly subnetId: string };
  /** `undefined` only in requests stored by former versions: those launched pets with the image's own mapping. */
  readonly rootVolume: RootVolume | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RootVolume {
  readonly deviceName: string;
  /** `undefined`: as large as the image's. */
  readonly sizeGiB: number | undefined;
  readonly type: string;
  /** KMS key to encrypt it with; without one, the account's default key. */
  readonly keyArn?: string | undefined;
}

/** The one initialisation in a cluster's life (Safety 4). */
export interface Genesis {
  /** Logical ID of the manager that may initialise; decided once. */
  readonly seed: string;
  readonly claimedAt: number;
  /** The Swarm's cluster id, once it was seen; from then on nothing is ever initialised again. */
  readonly clusterId: string | undefined;
  /** The machine that was last told to initialise, noted before it was; `undefined`: none was. The seed's disk may hold the Swarm. */
  readonly begunOn?: string | undefined;
}

/** What is remembered of a group's roll-outs. How far one has come is read from the instances' tags. */
export interface RolloutRecord {
  readonly group: string;
  /** The newest spec version under which every machine of the group was up to date and healthy; `undefined`: none yet. */
  readonly good: { readonly version: number; readonly hash: string } | undefined;
  /** A halt of the roll-out to the configuration with this hash; a roll-out to any other is not halted by it. */
  readonly halt: RolloutHalt | undefined;
  /** When a person last had a halted roll-out go on, milliseconds since the epoch: what failed before does not count. */
  readonly resumedAt: number | undefined;
}

export interface RolloutHalt {
  readonly hash: string;
  /** `controller`, or who of the operators. */
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * An operator's decision, with the quorum lost for good, to make a new Swarm from one manager's state. What other
 * managers hold is given up with it.
 */
export interface Recovery {
  /** Logical ID of the manager whose state is kept. */
  readonly survivor: string;
  /** The Swarm's cluster id that the operator confirmed. */
  readonly clusterId: string;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
}

/** An operator's decision that the controller looks on and does nothing, until it is resumed. */
export interface Pause {
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** When the Swarm's join tokens were last replaced by new ones. The tokens themselves are nobody's business here. */
export interface Rotation {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** By logical ID of a manager: the generation of its machine then. A later one means that a machine with the tokens is gone. */
  readonly generations: Readonly<Record<string, number>>;
}

/**
 * An operator's order about one machine. `replace`: it is exchanged for a new one, as in a roll-out. `drain`: its node
 * takes no tasks for as long as the order stands.
 */
export interface MachineOrder {
  readonly instanceId: string;
  readonly what: 'replace' | 'drain';
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A running machine that looked broken, and since when. */
export interface Suspicion {
  readonly instanceId: string;
  /** Stable name of what was seen, e.g. `engine-down`, `silent`, `node-down`; another symptom starts anew. */
  readonly symptom: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When its engine was last restarted for it; `undefined`: not yet. */
  readonly restartedAt: number | undefined;
  /** With the mark `settings`: the hash of those that the machine was given, and when last; first it was `since`. */
  readonly applied?: { readonly hash: string; readonly at: number } | undefined;
}
