import fc from 'fast-check';
import type {
  InstanceSeen,
  InstanceState,
  ProbeOutcome,
  SwarmNode,
  VolumeSeen,
} from '../../lib/observe/observation.ts';
import { MARK } from '../../lib/plan/marks.ts';
import type { LaunchRecord, Suspicion } from '../../lib/plan/records.ts';
import { batchSlot, petSlot } from '../../lib/plan/world.ts';
import {
  answered,
  CLUSTER_ID,
  emptyCluster,
  givenIp,
  instanceId,
  launchRecord,
  MANAGER_IPS,
  NOW,
  nodeFor,
  probeOf,
  type TestCluster,
  ZONES,
} from './cluster.ts';

const STATES: readonly InstanceState[] = [
  'pending',
  'running',
  'running',
  'running',
  'shutting-down',
  'terminated',
  'stopping',
  'stopped',
];

const arbitraryAge = fc.constantFrom(0, 1_000, 20_000, 100_000, 400_000, 4_000_000);

const arbitraryInstance: fc.Arbitrary<InstanceSeen> = fc
  .record({
    number: fc.integer({ min: 1, max: 9 }),
    state: fc.constantFrom(...STATES),
    group: fc.constantFrom('managers', 'managers', 'workers', 'workers', 'unknown', undefined),
    logicalId: fc.constantFrom(...MANAGER_IPS, undefined, undefined, '10.42.0.99'),
    zone: fc.constantFrom(...ZONES),
    age: arbitraryAge,
  })
  .map(({ number, state, group, logicalId, zone, age }) => ({
    id: instanceId(number),
    state,
    group,
    logicalId: group === 'workers' ? undefined : logicalId,
    generation: 1,
    configHash: undefined,
    zone,
    subnetId: undefined,
    privateIp: logicalId ?? givenIp(instanceId(number)),
    launchedAt: NOW - age,
    volumeIds: [],
  }));

const arbitraryVolumeState = fc.constantFrom<VolumeSeen['state']>(
  'available',
  'available',
  'in-use',
  'creating',
  'error',
  'deleting',
);

function arbitraryNodes(instances: readonly InstanceSeen[]): fc.Arbitrary<readonly SwarmNode[]> {
  const nodes = instances.map((instance, index) =>
    fc
      .record({
        present: fc.boolean(),
        manager: fc.boolean(),
        leader: fc.boolean(),
        state: fc.constantFrom<SwarmNode['state']>('ready', 'ready', 'ready', 'down', 'unknown'),
        reachability: fc.constantFrom<'reachable' | 'unreachable'>('reachable', 'reachable', 'unreachable'),
        availability: fc.constantFrom<SwarmNode['availability']>('active', 'active', 'drain'),
        foreign: fc.boolean(),
      })
      .map(({ present, manager, leader, state, reachability, availability, foreign }): SwarmNode[] => {
        if (!present) return [];
        const node = nodeFor(instance);
        return [
          {
            ...node,
            id: `node-${index}`,
            hostname: foreign && index % 3 === 0 ? 'laptop' : node.hostname,
            state,
            availability,
            role: manager ? 'manager' : 'worker',
            raft: manager ? { reachability, leader, address: `${instance.privateIp}:2377` } : undefined,
          },
        ];
      }),
  );
  return fc.tuple(...nodes).map((lists) => lists.flat());
}

function arbitraryProbes(
  instances: readonly InstanceSeen[],
  nodes: readonly SwarmNode[],
): fc.Arbitrary<Map<string, ProbeOutcome> | undefined> {
  const outcomes = instances.map((instance) =>
    fc
      .record({
        kind: fc.constantFrom(
          'whole',
          'whole',
          'whole',
          'blank',
          'down',
          'error',
          'silent',
          'absent',
          'alone',
          'failed',
          'foreign',
        ),
        uptimeSeconds: fc.constantFrom(5, 60, 1_000),
        raftState: fc.constantFrom<'present' | 'none'>('present', 'none'),
      })
      .map(({ kind, uptimeSeconds, raftState }): [string, ProbeOutcome] | undefined => {
        const node = nodes.find((one) => one.hostname === instance.id);
        const probe = probeOf(instance, { nodes, uptimeSeconds, raftState, engine: { nodeId: node?.id ?? 'gone' } });
        switch (kind) {
          case 'whole':
            return [instance.id, answered(probe)];
          case 'alone':
            return [instance.id, answered({ ...probe, nodes: undefined })];
          case 'blank':
            return [
              instance.id,
              answered(
                probeOf(instance, {
                  uptimeSeconds,
                  raftState: 'none',
                  engine: { localState: 'inactive', controlAvailable: false, clusterId: undefined },
                }),
              ),
            ];
          case 'error':
            return [
              instance.id,
              answered(
                probeOf(instance, {
                  uptimeSeconds,
                  raftState,
                  engine: { localState: 'error', controlAvailable: false, clusterId: undefined },
                }),
              ),
            ];
          case 'foreign':
            return [
              instance.id,
              answered(probeOf(instance, { nodes, engine: { clusterId: 'another', nodeId: node?.id } })),
            ];
          case 'down':
            return [instance.id, answered({ ...probe, engine: { state: 'down' } })];
          case 'failed':
            return [
              instance.id,
              answered({ ...probe, boot: { state: 'failed', reason: 'x' }, engine: { state: 'down' }, raftState }),
            ];
          case 'silent':
            return [instance.id, { kind: 'silent', why: 'timeout', reason: 'no answer' }];
          default:
            return undefined;
        }
      }),
  );
  return fc
    .tuple(fc.boolean(), fc.tuple(...outcomes))
    .map(([asked, list]) =>
      asked || list.length % 2 === 0 ? new Map(list.filter((one) => one !== undefined)) : undefined,
    );
}

function arbitraryRecord(slot: string, group: string): fc.Arbitrary<LaunchRecord | undefined> {
  return fc
    .record({
      present: fc.boolean(),
      ids: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
      state: fc.constantFrom<LaunchRecord['state']>('intended', 'launched', 'launched', 'failed'),
      age: arbitraryAge,
      failures: fc.integer({ min: 0, max: 10 }),
      confirmed: fc.boolean(),
    })
    .map(({ present, ids, state, age, failures, confirmed }) =>
      present
        ? {
            ...launchRecord(slot, group, ids.map(instanceId), NOW - age),
            state,
            failures,
            confirmedAt: confirmed ? NOW - age : undefined,
          }
        : undefined,
    );
}

/** Any cluster at all, also nonsense ones: machines in every state, with contradicting answers and records. */
export const arbitraryCluster: fc.Arbitrary<TestCluster> = fc
  .tuple(fc.uniqueArray(arbitraryInstance, { selector: (one) => one.id, maxLength: 9 }), fc.integer({ min: 0, max: 4 }))
  .chain(([instances, workers]) =>
    fc.record({
      instances: fc.constant(instances),
      workers: fc.constant(workers),
      nodes: arbitraryNodes(instances),
      volumes: fc.tuple(
        ...MANAGER_IPS.map(() =>
          fc.tuple(
            arbitraryVolumeState,
            fc.option(fc.constantFrom(...instances.map((one) => one.id), 'i-stranger'), { nil: undefined }),
            fc.boolean(),
          ),
        ),
      ),
      interfacesFree: fc.tuple(...MANAGER_IPS.map(() => fc.boolean())),
      online: fc.subarray(instances.map((one) => one.id)),
      agentsSeen: fc.boolean(),
      records: fc.tuple(
        ...MANAGER_IPS.map((ip) => arbitraryRecord(petSlot(ip), 'managers')),
        ...ZONES.map((zone) => arbitraryRecord(batchSlot('workers', zone), 'workers')),
      ),
      genesis: fc.constantFrom(
        undefined,
        { seed: MANAGER_IPS[0], claimedAt: NOW, clusterId: undefined },
        { seed: MANAGER_IPS[0], claimedAt: NOW, clusterId: CLUSTER_ID },
        { seed: MANAGER_IPS[1], claimedAt: NOW, clusterId: CLUSTER_ID },
      ),
      suspected: fc.subarray(instances.map((one) => one.id)),
      symptom: fc.constantFrom(
        'engine-down',
        'silent',
        'node-down',
        'unreachable',
        'boot-failed',
        'raft-state',
        ...Object.values(MARK),
      ),
      since: arbitraryAge,
      restarted: fc.option(arbitraryAge, { nil: undefined }),
    }),
  )
  .chain((parts) => arbitraryProbes(parts.instances, parts.nodes).map((probes) => ({ ...parts, probes })))
  .map((parts) => {
    const cluster = emptyCluster({ workers: parts.workers });
    cluster.instances = [...parts.instances];
    cluster.volumes = cluster.volumes.map((volume, index) => {
      const [state, attachedTo, attached] = parts.volumes[index] ?? ['available', undefined, false];
      return {
        ...volume,
        state,
        attachedTo,
        attachment: attachedTo === undefined ? undefined : attached ? 'attached' : 'attaching',
      };
    });
    cluster.interfaces = cluster.interfaces.map((one, index) => ({
      ...one,
      status: parts.interfacesFree[index] === true ? 'available' : 'in-use',
    }));
    cluster.agentsOnline = parts.agentsSeen
      ? { seen: true, value: new Set(parts.online) }
      : { seen: false, reason: 'throttled' };
    cluster.probes = parts.probes;
    for (const record of parts.records) if (record !== undefined) cluster.records.launches.set(record.slot, record);
    cluster.records.genesis = parts.genesis;
    for (const id of parts.suspected) {
      const suspicion: Suspicion = {
        instanceId: id,
        symptom: parts.symptom,
        since: NOW - parts.since,
        restartedAt: parts.restarted === undefined ? undefined : NOW - parts.restarted,
      };
      cluster.records.suspicions.set(id, suspicion);
    }
    return cluster;
  });
