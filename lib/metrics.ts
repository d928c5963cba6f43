/**
 * What is measured of a cluster, by the names under which it is sent and looked up: one file, so that who writes a
 * metric and who reads it can't drift apart. Each has the one dimension `Cluster`.
 */

export const METRIC_NAMESPACE = 'Everswarm';

/** Its value is the cluster's name. */
export const METRIC_DIMENSION = 'Cluster';

export const METRIC = {
  /** Managers that answered for themselves and are reachable. Count, at each pass. */
  healthyManagers: 'HealthyManagers',
  /** Managers that the spec declares. Count, at each pass. */
  declaredManagers: 'DeclaredManagers',
  /** How many more managers may be lost before the quorum is: 1 of three; 0 is at risk; below 0, it is lost. Count, at each pass. */
  quorumMargin: 'QuorumMargin',
  /** Machines other than managers that are ready. Count, at each pass. */
  healthyWorkers: 'HealthyWorkers',
  /** Machines other than managers that the spec declares. Count, at each pass. */
  declaredWorkers: 'DeclaredWorkers',
  /** From the first sign that something was amiss until the cluster was as declared again. Seconds, once for each time. */
  secondsToWhole: 'SecondsToWhole',
  /** Actions carried out. Count, at each pass. */
  actions: 'Actions',
  /** Actions that failed. Count, at each pass. */
  failedActions: 'FailedActions',
  /** Launches that EC2 refused, or whose machines ended before they were ready. Count, at each pass. */
  failedLaunches: 'FailedLaunches',
  /** From the first look to the last action of a pass. Seconds. */
  passSeconds: 'PassSeconds',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];
