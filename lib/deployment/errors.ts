export type DeploymentErrorCode =
  /** What CloudFormation sent is not what the template should have. */
  | 'InvalidRequest'
  /** An image can't be found or can't be used. */
  | 'UnusableImage'
  /** The cluster did not become whole in time. */
  | 'NotWhole'
  /** Somebody else held the lease for too long. */
  | 'LeaseTaken'
  /** Instances were still there when the time was up. */
  | 'InstancesLeft'
  /** What is declared no longer was still in use when the time was up. */
  | 'StillThere'
  /** Machines would lose their interface and disk while they run. */
  | 'MachinesUprooted'
  /** The volumes that were given, or that are there, can't be those of their logical IDs. */
  | 'UnusableVolumes'
  /** Others kept committing. */
  | 'SpecContested'
  /** The time was up in the middle of something else. */
  | 'OutOfTime'
  /** The answer could not be delivered. */
  | 'AnswerNotDelivered';

/** What was declared can't be put in force as it is; nothing of it was stored. `InvalidSpec` is that of `SpecError`. */
const REFUSALS: ReadonlySet<string> = new Set<DeploymentErrorCode | 'InvalidSpec'>([
  'InvalidRequest',
  'InvalidSpec',
  'UnusableImage',
  'MachinesUprooted',
  'UnusableVolumes',
]);

/** Was the declaration itself refused, by the code of the answer? */
export function isRefusal(code: string): boolean {
  return REFUSALS.has(code);
}

/** A deployment can't go on; the message says what was found and what to do, and goes to the stack's events. */
export class DeploymentError extends Error {
  readonly code: DeploymentErrorCode;
  constructor(code: DeploymentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeploymentError';
    this.code = code;
  }
}
