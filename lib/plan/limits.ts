/** The planner's figures, all in milliseconds unless said otherwise. Measured facts are named as such. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const LIMITS = {
  /** How long a launch may stay unseen in DescribeInstances before the request is sent again under its token. */
  visibility: 15 * SECOND,
  /** For so long after its launch a machine counts as there although EC2, which listed it before, does not now: its answers are not all of one moment. */
  unlisted: 2 * MINUTE,
  /** How long a launch that is not listed may be replayed; EC2 lists a terminated instance for about an hour. */
  replay: HOUR,
  /** From launch to the first answer: package installation at boot included. */
  boot: 5 * MINUTE,
  /** After a boot an engine may be silent: 20 s without a quorum and an election of 15 s, measured; this is over three times the worst seen. */
  engine: 90 * SECOND,
  /** A repair counts only after this long; the same for looking broken before it. */
  suspicion: 60 * SECOND,
  /** A restart that did not help is tried again after this long, where the machine may not be replaced. */
  restartAgain: 5 * MINUTE,
  /** First delay after a failed launch; doubled with each further one. */
  backoffBase: 5 * SECOND,
  backoffCap: 15 * MINUTE,
  /** Failed launches in a row after which a slot stops spending … */
  failuresToPark: 8,
  /** … and is tried again only after this long. */
  parked: 6 * HOUR,
  /** Instances in one RunInstances request; AWS advises to ask for many in batches of about this size. */
  batch: 100,
  /** Instances in one Run Command, AWS's own limit. */
  command: 50,
  /** Seconds that one drain command waits for the tasks to leave; it is given again until they have. */
  drainCall: 12,
  /** After this long a drained node's tasks are not waited for any more. */
  drain: 2 * MINUTE,
  /** The same where nobody counts them. */
  drainUncounted: 30 * SECOND,
  /** Launches of a new configuration that fail in a row, after which its roll-out has failed. */
  failuresToHalt: 3,
  /** A volume counts as lost only after it has not been listed for this long. */
  volumeLost: 2 * MINUTE,
  /** Settings that were applied are listed by the Swarm after some 20 s; only after this long are they applied again. */
  settings: 60 * SECOND,
  /** … and then after as long as they have been tried already, up to this. */
  settingsCap: 15 * MINUTE,
  /** For so long it is remembered that a manager handed over its leadership. */
  handedOver: 10 * MINUTE,
  /** How old join tokens become, where the deployment doesn't say. */
  tokenRotationHours: 24,
  /** With the quorum lost for good a recovery is begun only this long after it was commanded: an old leader answers reads for 17 s. */
  recovery: 30 * SECOND,
  /** With more than this share of the workers down at once, it is a wave … */
  waveShare: 1 / 3,
  /** … and none of them is replaced before it has lasted this long. */
  wave: 10 * MINUTE,
} as const;
