/**
 * What the region can't be but models: latencies, eventual consistency, lost events, throttles and quotas.
 * The default is a region without any of them, as the lab with real machines wants it; the simulation turns them up.
 */
export interface RegionSettings {
  /** Before each API call is worked on. */
  readonly callMilliseconds: number;
  /** A new or started instance stays `pending` this long before its machine is started. */
  readonly pendingMilliseconds: number;
  /** From TerminateInstances or StopInstances until the machine is touched. */
  readonly shutdownMilliseconds: number;
  /** From AttachVolume to `attached`, and from DetachVolume to `available`, on top of the machine's own time. */
  readonly attachMilliseconds: number;
  /** A new volume is `creating` this long, on top of the machines' own time. */
  readonly createVolumeMilliseconds: number;
  /** From a power cut until EC2 says `shutting-down`. */
  readonly powerCutNoticeMilliseconds: number;
  /** A new instance is neither listed nor found by its id for this long. */
  readonly instanceVisibleMilliseconds: number;
  /** `GetCommandInvocation` answers `InvocationDoesNotExist` for this long after a send. */
  readonly invocationVisibleMilliseconds: number;
  /** An agent that is gone still shows as `Online` for this long. */
  readonly agentLostMilliseconds: number;
  /** Terminated instances are listed for about an hour. Source: EC2 User Guide, "Terminate Amazon EC2 instances". */
  readonly terminatedListedMilliseconds: number;
  readonly eventDelayMilliseconds: number;
  /** Share of bus events that never arrive, 0 to 1. EC2's events are best effort. */
  readonly eventLossRate: number;
  /**
   * `published`: EC2's token buckets (`ec2/throttle.ts`): of requests, e.g. RunInstances 5 and 2 a second, and of
   * instances, e.g. launched 1000 and 2 a second. Source: EC2 Developer Guide, "Request throttling for the Amazon EC2 API".
   */
  readonly throttle: 'none' | 'published';
  /** Elastic IP addresses a Region. Source: VPC quotas, 5 by default. */
  readonly elasticAddresses: number;
  /** How TerminateInstances and StopInstances take a machine down: power cut, or systemd's own shutdown. */
  readonly terminateHow: 'clean' | 'kill';
  readonly stopHow: 'clean' | 'kill';
  /** Credentials of an instance role live this long. */
  readonly credentialsMilliseconds: number;
  /** Entries that the call journal keeps; the oldest go first. */
  readonly journalLength: number;
}

export const DEFAULT_SETTINGS: RegionSettings = {
  callMilliseconds: 0,
  pendingMilliseconds: 0,
  shutdownMilliseconds: 0,
  attachMilliseconds: 0,
  createVolumeMilliseconds: 0,
  powerCutNoticeMilliseconds: 0,
  instanceVisibleMilliseconds: 0,
  invocationVisibleMilliseconds: 0,
  agentLostMilliseconds: 0,
  terminatedListedMilliseconds: 3_600_000,
  eventDelayMilliseconds: 0,
  eventLossRate: 0,
  throttle: 'none',
  elasticAddresses: 5,
  terminateHow: 'kill',
  stopHow: 'clean',
  credentialsMilliseconds: 6 * 3_600_000,
  journalLength: 100_000,
};
