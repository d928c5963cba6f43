/**
 * What is measured of a cluster, by the names under which it is sent and looked up: one file, so that who writes a
 * metric and who reads it can't drift apart. Each has the one dimension `Cluster`.
 */

export const METRIC_NAMESPACE = 'Everswarm';

/** Its value is the cluster's name. */
export const METRIC_DIMENSION = 'Cluster';

export const METRIC = {
  /** Declared managers that answered for themselves, as members that the others can reach. Count, at each pass that asked. */
  healthyManagers: 'HealthyManagers',
  /** Managers that the spec declares. Count, at each pass. */
  declaredManagers: 'DeclaredManagers',
  /**
   * How many more managers may be lost before the quorum is: 1 of three; 0 is at risk; below 0, it is lost, or nobody can say that it is
   * there. Count, at each pass that asked, and without asking where fewer machines run than a majority needs.
   */
  quorumMargin: 'QuorumMargin',
  /** 1: everything is as declared, and the machines said so themselves; 0: it is not. At each pass. */
  whole: 'Whole',
  /** For how long the cluster has not been as declared; 0 while it is. Seconds, at each pass. */
  secondsNotWhole: 'SecondsNotWhole',
  /** Machines other than managers that are ready. Count, at each pass. */
  healthyWorkers: 'HealthyWorkers',
  /** Machines other than managers that the spec declares. Count, at each pass. */
  declaredWorkers: 'DeclaredWorkers',
  /** From the first sign that something was amiss until the cluster was as declared again. Seconds, once for each time. */
  secondsToWhole: 'SecondsToWhole',
  /** Passes that came to their end. Count: without one, nobody looks after the cluster. */
  passes: 'Passes',
  /** Passes that an error ended: nothing was done in them. Count. */
  failedPasses: 'FailedPasses',
  /** Actions begun, those that failed included. Count, at each pass. */
  actions: 'Actions',
  /** Actions that failed. Count, at each pass. */
  failedActions: 'FailedActions',
  /** Launches that EC2 refused, or whose machines ended before they were ready. Count, at each pass. */
  failedLaunches: 'FailedLaunches',
  /** Slots whose launches failed so often in a row that they are tried again only after hours. Count, at each pass. */
  parkedSlots: 'ParkedSlots',
  /** Roll-outs that stand still since the controller halted them, and those it has just taken back: new machines failed. Count, at each pass. */
  failedRollouts: 'FailedRollouts',
  /** Calls that AWS refused as too many, those included that the SDK repeated by itself. Count, at each pass. */
  throttles: 'Throttles',
  /** Declarations that were refused at deployment. Count. */
  refusedSpecs: 'RefusedSpecs',
  /** Until the first of the managers' node certificates ends; below 0, it has. Days, at each pass that asked them. */
  certificateDaysLeft: 'CertificateDaysLeft',
  /** Since the join tokens were last replaced, or the Swarm began with them. Days, at each pass. */
  tokenAgeDays: 'TokenAgeDays',
  /** From the first look to the last action of a pass. Seconds. */
  passSeconds: 'PassSeconds',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];

/** One figure, ready to be sent. */
export interface Measurement {
  readonly metric: MetricName;
  readonly value: number;
}

const SECONDS: ReadonlySet<MetricName> = new Set([METRIC.secondsNotWhole, METRIC.secondsToWhole, METRIC.passSeconds]);
/** CloudWatch has no unit for days. */
const WITHOUT_UNIT: ReadonlySet<MetricName> = new Set([METRIC.certificateDaysLeft, METRIC.tokenAgeDays]);

/** CloudWatch's name of the unit. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export function unitOf(metric: MetricName): 'Count' | 'Seconds' | 'None' {
  if (WITHOUT_UNIT.has(metric)) return 'None';
  return SECONDS.has(metric) ? 'Seconds' : 'Count';
}
