import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ClusterSpec } from '../spec/spec.ts';
import type { NetworkChoices } from './network.ts';

export interface SelfHealingSwarmProps extends NetworkChoices {
  /** The declared cluster, validated: from `parseSpec`. */
  readonly spec: ClusterSpec;
  /**
   * A customer managed key for every volume: those of logical IDs and the root volumes. Its policy has to leave it to IAM who may use
   * it, as it does by default. To be chosen before the first deployment: another key makes CloudFormation replace the managers' disks.
   *
   * @default the account's default key for EBS, which is AWS's own unless somebody changed it, and costs nothing
   */
  readonly volumeKey?: IKey;
  /**
   * The most that any role made here may do, where the account demands one: of functions and machines.
   *
   * @default none – every role is narrow already
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * What becomes of a pet's volume when the pet or the whole stack is removed: SNAPSHOT, RETAIN or DESTROY.
   *
   * @default RemovalPolicy.SNAPSHOT – the state can be had back and only its used blocks are paid for. A retained volume still carries
   * its logical ID: a cluster of the same name has to be given it in `adoptVolumes`, or the tag has to be taken off it, as nobody could
   * tell which of two disks of one identity is the older copy.
   */
  readonly volumeRemovalPolicy?: RemovalPolicy;
  /**
   * Volumes that there are already, by logical ID: those of an earlier cluster of the same name, kept by RemovalPolicy.RETAIN. Its
   * Swarm comes back with them: node ids, services and secrets. Of the managers all are given, or none, and all of one moment. Chosen
   * with the first deployment of a stack; no stack ever deletes them.
   *
   * @default none – every logical ID has a new volume
   */
  readonly adoptVolumes?: Readonly<Record<string, string>>;
  /**
   * What becomes of the table of specs, launch records and events when the stack is removed.
   *
   * @default RemovalPolicy.DESTROY – the state of the cluster is never in it
   */
  readonly tableRemovalPolicy?: RemovalPolicy;
  /**
   * How old the Swarm's join tokens become before they are replaced; whole hours. Besides, they are replaced whenever a manager
   * got a new machine.
   *
   * @default Duration.days(1)
   */
  readonly tokenRotation?: Duration;
  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH – as long as the event log
   */
  readonly logRetention?: RetentionDays;
  /**
   * Where alarms tell of themselves. Its policy has to let `cloudwatch.amazonaws.com` publish, and its key, where it has one, as well.
   *
   * @default a topic of the Swarm's own, to which nobody is subscribed yet: `alarms.topic`
   */
  readonly alarmTopic?: ITopic;
  /**
   * Address of the runbook that every alarm names, e.g. a page with your own notes; an alarm's part of it is behind `#`.
   *
   * @default docs/runbook.md – its place in the sources of Everswarm
   */
  readonly runbookUrl?: string;
}
