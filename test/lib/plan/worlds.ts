import type { SwarmNode } from '../../../lib/observe/observation.ts';
import { batchSlot, petSlot } from '../../../lib/plan/world.ts';
import type { GroupSpec, UpdatePolicy } from '../../../lib/spec/spec.ts';
import {
  addWorker,
  declaredHash,
  instanceOf,
  launchRecord,
  nodesOf,
  probeAll,
  redeclare,
  type TestCluster,
} from '../../support/cluster.ts';

/** The group is declared with other machines, and rolled by this policy: all it has are of a former configuration. */
export function outdate(cluster: TestCluster, group: string, policy: Partial<UpdatePolicy> = {}): void {
  redeclare(cluster, group, { instanceType: 't4g.large', update: { ...updateOf(cluster, group), ...policy } });
}

export function updateOf(cluster: TestCluster, group: string): UpdatePolicy {
  return groupOf(cluster, group).update;
}

export function groupOf(cluster: TestCluster, name: string): GroupSpec {
  const group = cluster.committed.spec.groups[name];
  if (group === undefined) throw new Error(`no group ${name} in this cluster`);
  return group;
}

/** A worker of the configuration that is declared now, launched alone. @param provenFor milliseconds; `undefined`: not confirmed yet */
export function addNewWorker(cluster: TestCluster, id: string, zone: string, provenFor: number | undefined): void {
  const launchedAt = cluster.now - 60_000;
  addWorker(cluster, id, zone, launchedAt);
  const slot = batchSlot('workers', zone);
  const record = launchRecord(slot, 'workers', [id], launchedAt, declaredHash(cluster, 'workers'));
  const confirmedAt = provenFor === undefined ? undefined : cluster.now - provenFor;
  cluster.records.launches.set(slot, { ...record, generation: 2, confirmedAt });
  probeAll(cluster);
}

/** The manager at this address was replaced by one of the configuration that is declared now. */
export function renewManager(cluster: TestCluster, logicalId: string, provenFor: number | undefined): void {
  const hash = declaredHash(cluster, 'managers');
  cluster.instances = cluster.instances.map((one) =>
    one.logicalId === logicalId ? { ...one, configHash: hash } : one,
  );
  const ids = cluster.instances.flatMap((one) => (one.logicalId === logicalId ? [one.id] : []));
  const record = launchRecord(petSlot(logicalId), 'managers', ids, cluster.now - 60_000, hash);
  const confirmedAt = provenFor === undefined ? undefined : cluster.now - provenFor;
  cluster.records.launches.set(petSlot(logicalId), { ...record, generation: 2, confirmedAt });
}

/** All managers list some of the nodes otherwise, or not at all. */
export function relist(cluster: TestCluster, how: (node: SwarmNode) => SwarmNode | undefined): void {
  const nodes = nodesOf(cluster).flatMap((node) => how(node) ?? []);
  probeAll(cluster, nodes);
}

/** How the others list a node whose engine does not answer them. */
export function down(node: SwarmNode): SwarmNode {
  return { ...node, state: 'down', raft: node.raft && { ...node.raft, reachability: 'unreachable', leader: false } };
}

/** Another node leads than the first, e.g. as that one is to be dealt with. */
export function ledBy(node: SwarmNode, leader: string): SwarmNode {
  return node.raft === undefined ? node : { ...node, raft: { ...node.raft, leader: node.hostname === leader } };
}

export function setState(cluster: TestCluster, id: string, state: 'pending' | 'stopped' | 'shutting-down'): void {
  instanceOf(cluster, id);
  cluster.instances = cluster.instances.map((one) => (one.id === id ? { ...one, state } : one));
}

/** Nobody but these is asked, or answers. */
export function silence(cluster: TestCluster, id: string): void {
  cluster.probes?.set(id, { kind: 'silent', why: 'timeout', reason: 'no answer' });
}
