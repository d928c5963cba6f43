/** A fact that may not be known. "Could not find out" is not "is gone" (Safety 7). */
export type Sighting<T> =
  | { readonly seen: true; readonly value: T }
  | { readonly seen: false; readonly reason: string };

/** What is there now, as read in one pass. Never stored as truth. */
export interface Observation {
  /** Milliseconds since the epoch when the reading began. */
  readonly at: number;
  /** Every instance with the cluster's tag, also terminated ones as long as EC2 still lists them. */
  readonly instances: readonly InstanceSeen[];
  readonly interfaces: readonly InterfaceSeen[];
  readonly volumes: readonly VolumeSeen[];
  /** Instance ids whose SSM agent answers (`Online`). */
  readonly agentsOnline: Sighting<ReadonlySet<string>>;
  /** What machines say of themselves, by instance id; `undefined` as long as nobody was asked in this pass. */
  readonly probes: ReadonlyMap<string, ProbeOutcome> | undefined;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface InstanceSeen {
  readonly id: string;
  readonly state: InstanceState;
  readonly group: string | undefined;
  readonly logicalId: string | undefined;
  /** From the tag; `undefined` when absent or not a whole number. */
  readonly generation: number | undefined;
  readonly configHash: string | undefined;
  readonly zone: string;
  readonly subnetId: string | undefined;
  readonly privateIp: string | undefined;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  /** Ids of the volumes in its block device mapping. */
  readonly volumeIds: readonly string[];
}

export interface InterfaceSeen {
  readonly id: string;
  readonly logicalId: string | undefined;
  readonly privateIp: string;
  readonly subnetId: string;
  readonly zone: string;
  /** `available`, `in-use`, or what EC2 says in between. */
  readonly status: string;
  readonly attachedTo: string | undefined;
}

export interface VolumeSeen {
  readonly id: string;
  /** Milliseconds since the epoch. It decides between kept disks only: an answer without it is no reason to stop. */
  readonly createdAt: number | undefined;
  readonly logicalId: string | undefined;
  readonly zone: string;
  readonly state: 'creating' | 'available' | 'in-use' | 'deleting' | 'deleted' | 'error';
  readonly attachedTo: string | undefined;
  /** `attaching`, `attached`, `detaching`, `busy`; `undefined` when attached to nothing. */
  readonly attachment: string | undefined;
  /** `undefined`: EC2 did not say. */
  readonly encrypted?: boolean | undefined;
  /** From the tag `everswarm:mark`; a marked volume belongs to no logical ID any more. */
  readonly mark: VolumeMark | undefined;
}

/**
 * `retired`: its manager was removed from the cluster. `stale`: it holds state of the Swarm from before a recovery, which
 * must never come back beside it; also what any other value of the tag is taken for.
 */
export type VolumeMark = 'retired' | 'stale';

export type ProbeOutcome =
  | { readonly kind: 'answered'; readonly probe: MachineProbe }
  | { readonly kind: 'silent'; readonly why: 'offline' | 'timeout' | 'failed' | 'garbled'; readonly reason: string };

/** What one machine says of itself, and of the Swarm as it sees it. Source: the `probe` document. */
export interface MachineProbe {
  readonly instanceId: string;
  readonly bootId: string;
  readonly uptimeSeconds: number;
  /** The machine's clock, milliseconds since the epoch. */
  readonly clock: number;
  readonly boot: { readonly state: 'running' | 'done' } | { readonly state: 'failed'; readonly reason: string };
  /** Free bytes of `/var/lib/docker`. */
  readonly freeBytes: number | undefined;
  /** Is `/var/lib/docker` a mount of its own? */
  readonly stateMounted: boolean;
  /** Is there Raft state on the disk? Read from the files, so it is known also with the engine down. */
  readonly raftState: 'present' | 'none';
  /** How new the Raft state on the disk is, for choosing between disks; `undefined` when there is none or it can't be told. */
  readonly raftAge: RaftAge | undefined;
  /** End of the node certificate, milliseconds since the epoch. */
  readonly certificateEnds: number | undefined;
  readonly engine: EngineProbe;
  /** The Swarm's nodes as this machine sees them; `undefined` when it is no manager or could not say. */
  readonly nodes: readonly SwarmNode[] | undefined;
  /** False: `nodes` holds only the first of them, all managers among these (the list was too long for one report). */
  readonly nodesComplete: boolean;
}

export interface RaftAge {
  /** The highest log index that names of snapshots and log segments on the disk tell of. */
  readonly index: number;
  /** When the log was last written to, milliseconds since the epoch by the machine's clock. */
  readonly writtenAt: number;
}

export type EngineProbe =
  | { readonly state: 'down' }
  | {
      readonly state: 'up';
      readonly version: string;
      readonly nodeId: string | undefined;
      readonly nodeAddress: string | undefined;
      readonly localState: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
      readonly controlAvailable: boolean;
      readonly error: string | undefined;
      readonly clusterId: string | undefined;
    };

export interface SwarmNode {
  readonly id: string;
  /** Version index of the node object. */
  readonly version: number;
  /** The hostname is the instance id: it says which machine this node runs on. */
  readonly hostname: string;
  readonly role: 'manager' | 'worker';
  readonly availability: 'active' | 'pause' | 'drain';
  readonly state: 'ready' | 'down' | 'unknown' | 'disconnected';
  /** IP address as seen by the leader. */
  readonly address: string;
  /** From the engine label; `undefined` for cattle. */
  readonly logicalId: string | undefined;
  /** Hash of the settings that its engine runs with, from the engine label; `undefined` where it has none. */
  readonly settings: string | undefined;
  /** Was it the controller that drained it? From the node label. */
  readonly drainedByUs: boolean;
  /** Tasks that are to run on it; `undefined` when they were not counted. */
  readonly tasks: number | undefined;
  /** Present for members of the Raft group only. */
  readonly raft:
    | {
        readonly reachability: 'reachable' | 'unreachable' | 'unknown';
        readonly leader: boolean;
        /** `host:port`. */
        readonly address: string;
      }
    | undefined;
}
