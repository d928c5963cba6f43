import fc from 'fast-check';
import type { SwarmNode, VolumeSeen } from '../../lib/observe/observation.ts';
import { MARK } from '../../lib/plan/marks.ts';
import { brokenCluster } from './broken-cluster.ts';
import {
  answered,
  CLUSTER_ID,
  declaredHash,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  probeOf,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from './cluster.ts';

const FIVE = [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'];
/** Names of the dice of a change: which machine, and which of its variants. */
interface Dice {
  readonly which: number;
  readonly how: number;
}
type Change = (cluster: TestCluster, dice: Dice) => void;

/** What can be declared, commanded, begun or have happened beside a roll-out. In the order in which they are applied. */
const CHANGES = {
  'managers get another configuration': (cluster) => redeclare(cluster, 'managers', { instanceType: 't4g.large' }),
  'workers get another configuration': (cluster, { how }) => {
    const before = cluster.committed.spec.groups['workers'];
    if (before === undefined) return;
    const maxSurge = { kind: 'count' as const, count: how % 3 };
    const update = { ...before.update, maxSurge, onFailure: how > 2 ? ('rollback' as const) : ('pause' as const) };
    redeclare(cluster, 'workers', { instanceType: 't4g.large', update });
  },
  'workers get other labels': (cluster) => redeclare(cluster, 'workers', { labels: { disk: 'ssd' } }),
  'a manager is declared no longer': (cluster, { which }) => {
    const allocation = cluster.committed.spec.groups['managers']?.allocation;
    if (allocation?.kind !== 'logicalIds') return;
    const logicalIds = allocation.logicalIds.filter((_, index) => index !== which % allocation.logicalIds.length);
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds } });
  },
  'the roll-outs are halted': (cluster, { how }) => {
    for (const group of ['managers', 'workers']) {
      const before = cluster.records.rollouts.get(group);
      const [spec, image] = [cluster.committed.spec.groups[group], cluster.committed.images[group]];
      if (before === undefined || spec === undefined || image === undefined) continue;
      const halt = { hash: declaredHash(cluster, group), by: 'operator', reason: 'x', at: NOW - MINUTE };
      cluster.records.rollouts.set(group, { ...before, halt });
      if (how % 2 === 0) cluster.former.set(group, { version: 1, spec: { ...spec, instanceType: 't4g.small' }, image });
    }
  },
  'some have the new configuration already': (cluster, { which }) => {
    cluster.instances = cluster.instances.map((one, index) => {
      const group = one.group ?? '';
      const isNew = index % 5 <= which % 5 && cluster.committed.spec.groups[group] !== undefined;
      return isNew ? { ...one, configHash: declaredHash(cluster, group) } : one;
    });
  },
  'launches of the new configuration are not proven, or failed': (cluster, { which, how }) => {
    for (const [slot, record] of cluster.records.launches) {
      const tags = { 'everswarm:config-hash': declaredHash(cluster, record.group) };
      const state = how === 0 ? ('failed' as const) : record.state;
      const confirmedAt = how === 1 ? NOW - 1_000 : undefined;
      const request = { ...record.request, tags };
      cluster.records.launches.set(slot, { ...record, request, state, confirmedAt, failures: which % 5 });
    }
  },
  'a node was drained': (cluster, { which, how }) => {
    relist(cluster, which, (node) => ({ ...node, availability: 'drain', drainedByUs: how % 2 === 0, tasks: how }));
  },
  'a manager was demoted': (cluster, { which }) => {
    relist(cluster, which, (node) => ({ ...node, role: 'worker', raft: undefined }));
  },
  'a node is not in the list': (cluster, { which }) => relist(cluster, which, () => undefined),
  'an engine was stopped': (cluster, { which }) => {
    relist(cluster, which, silent);
    const instance = cluster.instances[which % cluster.instances.length];
    if (instance !== undefined && cluster.probes?.has(instance.id))
      cluster.probes.set(instance.id, answered({ ...probeOf(instance), engine: { state: 'down' } }));
  },
  'the state on a disk is bad': (cluster, { which, how }) => {
    const instance = cluster.instances[which % cluster.instances.length];
    if (instance === undefined || !cluster.probes?.has(instance.id)) return;
    const engine = { localState: 'error' as const, controlAvailable: false, clusterId: undefined };
    cluster.probes.set(instance.id, answered(probeOf(instance, { engine })));
    relist(cluster, which, how % 2 === 0 ? silent : () => undefined);
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - 5 * MINUTE];
    const suspicion = { instanceId: instance.id, symptom: 'raft-state', since, restartedAt };
    cluster.records.suspicions.set(instance.id, suspicion);
  },
  'something was begun with a machine': (cluster, { which, how }) => {
    const instance = cluster.instances[which % cluster.instances.length];
    const symptoms = [MARK.rolling, MARK.handedOver, MARK.leaving, MARK.settings] as const;
    const symptom = symptoms[how % symptoms.length];
    if (instance === undefined || symptom === undefined) return;
    const since = NOW - (how > 2 ? 5 * MINUTE : 5_000);
    cluster.records.suspicions.set(instance.id, { instanceId: instance.id, symptom, since, restartedAt: undefined });
  },
  'an operator ordered something of a machine': (cluster, { which, how }) => {
    const instanceId = how === 5 ? 'i-gone' : (cluster.instances[which % cluster.instances.length]?.id ?? 'i-gone');
    const what = how % 2 === 0 ? 'replace' : 'drain';
    const at = NOW - (how === 5 ? 90 : 1) * MINUTE;
    cluster.records.orders.set(instanceId, { instanceId, what, by: 'operator', reason: 'a test', at });
  },
  'disks are lost': (cluster, { which, how }) => {
    const ips = MANAGER_IPS.filter((_, index) => index === which % 3 || how === 5);
    cluster.volumes = cluster.volumes.filter(({ logicalId }) => !ips.some((ip) => ip === logicalId));
    const since = NOW - (how % 2 === 0 ? 5 * MINUTE : MINUTE);
    for (const ip of how === 1 ? [] : ips) {
      const suspicion = { instanceId: ip, symptom: MARK.volumeLost, since, restartedAt: undefined };
      cluster.records.suspicions.set(ip, suspicion);
    }
  },
  'disks are marked': (cluster, { which, how }) => {
    const mark = how % 2 === 0 ? 'stale' : 'retired';
    cluster.volumes = cluster.volumes.map((one, index): VolumeSeen => {
      return how === 4 || index === which % cluster.volumes.length ? { ...one, mark } : one;
    });
  },
  'the quorum is lost for good': (cluster, { which, how }) => {
    const managers = cluster.instances.filter(({ group, state }) => group === 'managers' && state === 'running');
    const survivor = managers[which % managers.length];
    if (survivor === undefined) return;
    for (const { id } of managers) if (id !== survivor.id && how > 1) terminate(cluster, id);
    cluster.probes = new Map([[survivor.id, answered(probeOf(survivor))]]);
  },
  'a recovery was commanded': (cluster, { which, how }) => {
    const clusterId = how === 5 ? 'another' : CLUSTER_ID;
    const alive = cluster.instances.filter(({ id }) => cluster.probes?.has(id));
    const survivor = alive[which % alive.length]?.logicalId ?? MANAGER_IPS[0];
    const requestedAt = NOW - (how === 1 ? 1_000 : MINUTE);
    cluster.records.recovery = { survivor, clusterId, by: 'operator', requestedAt };
  },
} satisfies Readonly<Record<string, Change>>;

/** What follows from each other, and would seldom be drawn together. */
const STORIES: readonly (readonly (keyof typeof CHANGES)[])[] = [
  ['managers get another configuration', 'a node was drained', 'something was begun with a machine'],
  ['managers get another configuration', 'an engine was stopped', 'something was begun with a machine'],
  ['workers get another configuration', 'launches of the new configuration are not proven, or failed'],
  ['the quorum is lost for good', 'a recovery was commanded'],
  ['disks are marked', 'the quorum is lost for good', 'a recovery was commanded'],
  ['a manager is declared no longer', 'the quorum is lost for good', 'a recovery was commanded'],
];

/** How the others list a node whose engine does not answer. */
function silent(node: SwarmNode): SwarmNode {
  return { ...node, state: 'down', raft: node.raft && { ...node.raft, reachability: 'unreachable', leader: false } };
}

/** Lets all lists show the node of one machine otherwise, or not at all. */
function relist(cluster: TestCluster, which: number, how: (node: SwarmNode) => SwarmNode | undefined): void {
  const subject = cluster.instances[which % Math.max(1, cluster.instances.length)];
  if (subject === undefined) return;
  const { id } = instanceOf(cluster, subject.id);
  for (const [machine, outcome] of cluster.probes ?? []) {
    if (outcome.kind !== 'answered' || outcome.probe.nodes === undefined) continue;
    const nodes = outcome.probe.nodes.flatMap((node) => (node.hostname === id ? (how(node) ?? []) : [node]));
    cluster.probes?.set(machine, answered({ ...outcome.probe, nodes }));
  }
}

const wellCluster = fc
  .record({ managers: fc.constantFrom(MANAGER_IPS, FIVE, FIVE), workers: fc.integer({ min: 0, max: 3 }) })
  .map((size) => wholeCluster(size));

/** A cluster that is whole, or broken, and some of what people do to it, or what the controller began, on top. */
export const changedCluster: fc.Arbitrary<TestCluster> = fc
  .record({
    cluster: fc.oneof(brokenCluster, { arbitrary: wellCluster, weight: 2 }),
    changes: fc.oneof(
      { arbitrary: fc.subarray<Change>(Object.values(CHANGES), { maxLength: 4 }), weight: 3 },
      fc.constantFrom(...STORIES).map((story) => story.map((name): Change => CHANGES[name])),
    ),
    which: fc.nat({ max: 30 }),
    how: fc.nat({ max: 5 }),
    apart: fc.boolean(),
  })
  .map(({ cluster, changes, which, how, apart }) => {
    // To one machine all of it, or to each another.
    for (const [index, change] of changes.entries()) change(cluster, { which: apart ? which + index : which, how });
    return cluster;
  });
