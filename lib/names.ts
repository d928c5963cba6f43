/**
 * The names by which the parts find each other: tags, documents, parameters.
 * One file, so that who writes a name and who reads it can't drift apart.
 */

/** Tag keys on every AWS resource of a cluster. */
export const TAG = {
  /** The cluster's name. What lacks it is never touched (Safety 6). */
  cluster: 'everswarm:cluster',
  /** The group an instance belongs to. */
  group: 'everswarm:group',
  /** On an interface, a volume and an instance: the logical ID they belong to. */
  logicalId: 'everswarm:logical-id',
  /** On an instance: the generation of the launch record it came from. */
  generation: 'everswarm:generation',
  /** On an instance: the hash of the configuration it was launched with. */
  configHash: 'everswarm:config-hash',
  /** On a volume that `cdk deploy` did not make: `controller`. */
  madeBy: 'everswarm:made-by',
  /** On a volume that is nobody's any more: `retired` (its manager was removed) or `stale` (its state must never come back). */
  mark: 'everswarm:mark',
} as const;

/** The engine label that carries a pet's logical ID. */
export const LOGICAL_ID_LABEL = 'everswarm.logical-id';

/** The engine label that carries the hash of the settings that are changed in place (`lib/spec/settings-hash.ts`). */
export const SETTINGS_LABEL = 'everswarm.settings';

/** The node label that says: drained by the controller, not by a person. Its value is the fence it was done under. */
export const DRAINED_LABEL = 'everswarm.drained';

/** The node label by which a manager proves a quorum before its engine is stopped. Its value is the fence. */
export const STOPPING_LABEL = 'everswarm.stopping';

/** The same before a Swarm is recovered: where it can be set, there is a quorum. */
export const RECOVERING_LABEL = 'everswarm.recovering';

/** The SSM documents of a cluster. What each takes and returns: `templates/README.md`. */
export const DOCUMENTS = [
  'probe',
  'swarm-init',
  'swarm-join',
  'publish-tokens',
  'rotate-tokens',
  'node-demote',
  'node-remove',
  'node-drain',
  'node-activate',
  'node-promote',
  'node-list',
  'engine-restart',
  'engine-stop',
  'engine-settings',
  'swarm-leave',
  'swarm-recover',
] as const;
export type DocumentKey = (typeof DOCUMENTS)[number];

/** Full name of a cluster's SSM document, e.g. `everswarm-demo-probe`. */
export function documentName(cluster: string, key: DocumentKey): string {
  return `everswarm-${cluster}-${key}`;
}

export const SWARM_ROLES = ['manager', 'worker'] as const;
export type SwarmRole = (typeof SWARM_ROLES)[number];

/** The SecureString parameter that a manager writes and a joining node of that role reads. */
export function tokenParameterName(cluster: string, role: SwarmRole): string {
  return `/everswarm/${cluster}/join-token/${role}`;
}

/**
 * Under it each cluster of an account and Region has one parameter, by which its operators find it. Apart from the join
 * tokens: who may read by a path may read everything below it.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
 */
export const CLUSTERS_PATH = '/everswarm-clusters';

/** What it holds: `lib/aws/cluster-directory.ts`. */
export function clusterParameterName(cluster: string): string {
  return `${CLUSTERS_PATH}/${cluster}`;
}

/** The alarms of a cluster. Each is a heading of `docs/runbook.md` as well, and the anchor that the alarm points to. */
export const ALARMS = [
  'quorum-at-risk',
  'quorum-lost',
  'not-whole',
  'reconciler-failing',
  'reconciler-silent',
  'dead-letters',
  'launches-parked',
  'rollout-failed',
  'spec-refused',
  'certificate-ending',
  'tokens-old',
] as const;
export type AlarmKey = (typeof ALARMS)[number];

/** Full name of a cluster's alarm, e.g. `everswarm-demo-quorum-lost`. @param key `*` for a pattern that fits all of them */
export function alarmName(cluster: string, key: AlarmKey | '*'): string {
  return `everswarm-${cluster}-${key}`;
}
