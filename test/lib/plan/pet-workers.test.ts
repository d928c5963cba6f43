import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  declaredHash,
  instanceId,
  MANAGER_IPS,
  NOW,
  redeclare,
  type TestCluster,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M2, M3, marksOf, ofKind, planned, remember } from './planned.ts';
import { down, outdate, relist, setState } from './worlds.ts';

describe('workers with a disk and an address of their own', () => {
  const PETS = ['10.42.0.20', '10.42.1.20'];
  const [P1, P2] = [instanceId(4), instanceId(5)];

  /** A whole cluster with two such workers of a former configuration. */
  function petWorkers(): TestCluster {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, ...PETS], workers: 0 });
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS } });
    redeclare(cluster, 'workers', { allocation: { kind: 'logicalIds', logicalIds: PETS } });
    cluster.instances = cluster.instances.map((one) =>
      PETS.includes(one.logicalId ?? '')
        ? { ...one, group: 'workers', configHash: declaredHash(cluster, 'workers') }
        : one,
    );
    for (const ip of PETS) {
      const record = cluster.records.launches.get(petSlot(ip)) ?? assert.fail();
      cluster.records.launches.set(petSlot(ip), { ...record, group: 'workers' });
    }
    outdate(cluster, 'workers', { healthySeconds: 15 });
    list(cluster);
    return cluster;
  }

  function list(cluster: TestCluster, how: (node: SwarmNode) => SwarmNode = (node) => node): void {
    relist(cluster, (node) =>
      how(PETS.includes(node.logicalId ?? '') ? { ...node, role: 'worker', raft: undefined } : node),
    );
  }

  it('are replaced one at a time: drained, and ended when they are empty, with no engine to be stopped first', () => {
    const cluster = petWorkers();
    assert.deepEqual(marksOf(planned(cluster).actions), [`${P1} rolling`]);
    remember(cluster, P1, 'rolling');
    assert.deepEqual(kinds(planned(cluster).actions), ['drainNode']);
    list(cluster, (node) => (node.hostname === P1 ? { ...node, availability: 'drain', tasks: 0 } : node));
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'terminate').map(({ instanceIds }) => instanceIds),
      [[P1]],
    );
  });

  it('are not touched while another of them is unwell, or has no machine, or a manager is unwell', () => {
    for (const harm of [
      (cluster: TestCluster) => list(cluster, (node) => (node.hostname === P2 ? down(node) : node)),
      (cluster: TestCluster) => list(cluster, (node) => (node.hostname === M3 ? down(node) : node)),
      (cluster: TestCluster) => setState(cluster, P2, 'shutting-down'),
    ]) {
      const cluster = petWorkers();
      harm(cluster);
      assert.ok(!marksOf(planned(cluster).actions).some((mark) => mark.endsWith('rolling')));
      assert.match(heldBy(cluster, 'rollout')?.reason ?? '', /while a machine is unwell/);
    }
  });

  it('wait until the one before has been healthy for long enough', () => {
    const cluster = petWorkers();
    const hash = declaredHash(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) => (one.id === P1 ? { ...one, configHash: hash } : one));
    const record = cluster.records.launches.get(petSlot(PETS[0] ?? '')) ?? assert.fail();
    cluster.records.launches.set(record.slot, { ...record, confirmedAt: NOW - 14_999 });
    assert.deepEqual(planned(cluster).actions, []);
    cluster.now += 1;
    assert.deepEqual(marksOf(planned(cluster).actions), [`${P2} rolling`]);
  });

  it('wait until the managers are rolled: one group after the other', () => {
    const cluster = petWorkers();
    outdate(cluster, 'managers');
    list(cluster);
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M2} rolling`]);
  });
});
