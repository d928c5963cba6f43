import type {
  ControllerMode,
  Genesis,
  LaunchRecord,
  MachineOrder,
  Pause,
  Records,
  Recovery,
  RolloutHalt,
  RolloutRecord,
  Rotation,
  Suspicion,
} from '../plan/records.ts';
import type { CommittedSpec } from '../spec/spec.ts';

/** A lease that is ours. `fence` grows with each acquisition and guards every later write. */
export interface Lease {
  readonly owner: string;
  readonly fence: number;
}

export type Acquisition =
  /** `wanted`: the newest wake-up seen. */
  | { readonly acquired: true; readonly lease: Lease; readonly wanted: number }
  | { readonly acquired: false; readonly owner: string; readonly until: number };

export type Release =
  | 'released'
  /** A wake-up came in since `seen`: the holder goes on. */
  | 'wanted-again'
  /** The lease is someone else's by now. */
  | 'lost';

/** The lease was lost: whatever was to be written was not. */
export class LeaseLostError extends Error {
  readonly code = 'LeaseLost';
  constructor(lease: Lease, what: string) {
    super(
      `lease ${lease.owner} with fence ${lease.fence} is no longer held; not written: ${what}. Another convergence goes on.`,
    );
    this.name = 'LeaseLostError';
  }
}

/** Someone else committed first. */
export class SpecConflictError extends Error {
  readonly code = 'SpecConflict';
  constructor(cluster: string, based: number) {
    super(
      `cluster "${cluster}": the spec is no longer at version ${based}, on which this change is based; nothing was stored. Read the newest version, apply the change to it, and commit again.`,
    );
    this.name = 'SpecConflictError';
  }
}

/** What each is: `docs/runbook.md#events`. */
export const EVENT_KINDS = ['action', 'action-failed', 'held', 'whole', 'not-whole', 'spec', 'woken', 'error'] as const;

/** What happened, for people. Kept for 30 days. */
export interface EventRecord {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: (typeof EVENT_KINDS)[number];
  /** An action's kind, a rule's name, … */
  readonly name: string;
  readonly subject: string;
  readonly reason: string;
  readonly fence: number | undefined;
  /** Of the invocation in which it happened: its event's id, else its request's. Finds the function's log lines. */
  readonly correlationId?: string | undefined;
}

/** How the last pass found the cluster. */
export interface ClusterStatus {
  readonly whole: boolean;
  readonly at: number;
  /** Since when it has not been whole, milliseconds since the epoch; `undefined` while it is, and in what former versions wrote. */
  readonly notWholeSince?: number | undefined;
  readonly fence: number;
  readonly specVersion: number;
  readonly held: readonly { readonly rule: string; readonly subject: string; readonly reason: string }[];
  readonly waiting: readonly { readonly what: string; readonly subject: string }[];
}

export interface Memory {
  readonly committed: CommittedSpec | undefined;
  readonly records: Records;
}

/** The cluster's memory: the spec and its history, the lease, launch records, events. One DynamoDB table. */
export interface Store {
  /** Raises the wake counter; never fails for want of the lease. */
  wake(): Promise<void>;
  acquire(owner: string): Promise<Acquisition>;
  /** Extends the lease and reads the newest wake-up. @throws LeaseLostError */
  renew(lease: Lease): Promise<{ readonly wanted: number }>;
  release(lease: Lease, seen: number): Promise<Release>;

  /** The spec in force (`undefined` before the first commit) and the records, in one strongly consistent read. */
  memory(): Promise<Memory>;
  version(version: number): Promise<CommittedSpec | undefined>;
  /** Stores version `based + 1` if `based` is still the newest (0: none yet). @throws SpecConflictError */
  commit(based: number, next: Omit<CommittedSpec, 'version'>): Promise<CommittedSpec>;

  setMode(lease: Lease, mode: ControllerMode): Promise<void>;
  /** @throws LeaseLostError */
  putGenesis(lease: Lease, genesis: Genesis): Promise<void>;
  /** @throws LeaseLostError */
  putLaunch(lease: Lease, record: LaunchRecord): Promise<void>;
  /** @throws LeaseLostError */
  putSuspicion(lease: Lease, suspicion: Suspicion): Promise<void>;
  /** @throws LeaseLostError */
  putRotation(lease: Lease, rotation: Rotation): Promise<void>;
  /**
   * An operator's decision that was made since the last `memory()` stays in force: of such a record only `good` is stored.
   * @throws LeaseLostError
   */
  putRollout(lease: Lease, record: RolloutRecord): Promise<void>;
  /** Absent already: no error. @throws LeaseLostError */
  removeRecovery(lease: Lease): Promise<void>;
  /**
   * An operator's decision, without the lease: stores the halt, or takes it away, which is remembered as `resumedAt` of
   * this moment. What else the record holds stays.
   * Conditional on nothing: the newest decision of a person is in force.
   */
  decideRollout(group: string, halt: RolloutHalt | undefined): Promise<void>;
  /**
   * An operator's decision, without the lease: has the controller observe only, or (`undefined`) act again.
   * Conditional on nothing, as above. Apart from the mode, so that neither ends, nor begins, a removal.
   */
  decidePause(pause: Pause | undefined): Promise<void>;
  /**
   * An operator's order about one machine, without the lease; `undefined` withdraws it. Conditional on nothing: the newest
   * decision of a person is in force.
   */
  decideOrder(instanceId: string, order: MachineOrder | undefined): Promise<void>;
  /** Absent already: no error. @throws LeaseLostError */
  removeOrder(lease: Lease, instanceId: string): Promise<void>;
  /** An operator's command; one that is there already is kept. @returns the one in force */
  requestRecovery(recovery: Recovery): Promise<Recovery>;
  /** Absent already: no error. @throws LeaseLostError */
  removeSuspicion(lease: Lease, instanceId: string): Promise<void>;

  status(): Promise<ClusterStatus | undefined>;
  /** Lists that are too long for one item are stored from their beginning. @throws LeaseLostError */
  putStatus(lease: Lease, status: ClusterStatus): Promise<void>;
  log(events: readonly EventRecord[]): Promise<void>;
  /** Newest first. */
  events(limit: number, since?: number): Promise<readonly EventRecord[]>;
}
