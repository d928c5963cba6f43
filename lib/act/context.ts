import type { EC2Client } from '@aws-sdk/client-ec2';
import type { LaunchPace } from '../aws/launch-pace.ts';
import type { CommandRunner } from '../aws/run-command.ts';
import type { Clock } from '../clock.ts';
import type { Records } from '../plan/records.ts';
import type { FormerGroup } from '../plan/world.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { Lease, Store } from '../store/store.ts';

/** What an action may use: the facts it was planned from, the lease it acts under, and the ways to act. */
export interface ActContext {
  readonly committed: CommittedSpec;
  /** As the plan was made from them. */
  readonly records: Records;
  /** By group: its last good configuration, as the plan was given it. */
  readonly former: ReadonlyMap<string, FormerGroup>;
  readonly lease: Lease;
  readonly store: Store;
  readonly ec2: EC2Client;
  readonly runner: CommandRunner;
  readonly clock: Clock;
  /** Is what the action was planned from young enough still? A function may be frozen in the midst of one. */
  isCurrent(): boolean;
  /** Keeps launches within EC2's limits. */
  readonly pace: LaunchPace;
}
