import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  blankProbe,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodeIdOf,
  nodesOf,
  occupy,
  probeAll,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { kinds, M1, M2, M3, planned, rules, W1, W2 } from './planned.ts';

const [FIRST, SECOND, THIRD] = MANAGER_IPS;

describe('a manager that is gone', () => {
  it('is re-created with its own interface and volume, without asking anybody', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    cluster.probes = undefined;
    const { actions } = planned(cluster);
    const [launch] = actions;
    assert.deepEqual(kinds(actions), ['launch']);
    assert.ok(launch?.kind === 'launch');
    assert.deepEqual(launch.order, {
      kind: 'pet',
      logicalId: FIRST,
      interfaceId: `eni-${FIRST}`,
      volumeId: `vol-${FIRST}`,
    });
    assert.equal(launch.generation, 2);
  });

  it('is re-created also when all are gone at once', () => {
    const cluster = wholeCluster();
    for (const id of [M1, M2, M3]) terminate(cluster, id);
    cluster.probes = undefined;
    assert.equal(planned(cluster).actions.filter((action) => action.kind === 'launch').length, 3);
  });

  it('is waited for while its interface is still held, and nobody is asked meanwhile', () => {
    const cluster = wholeCluster();
    cluster.instances = cluster.instances.map((one) => (one.id === M1 ? { ...one, state: 'shutting-down' } : one));
    const result = planned(cluster);
    assert.deepEqual(result.actions, []);
    assert.equal(result.askCanWait, true);
  });

  it('gets its volume once it runs', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    occupy(cluster, FIRST, instanceId(9), NOW - 1000);
    cluster.volumes = cluster.volumes.map((one) =>
      one.logicalId === FIRST ? { ...one, state: 'available', attachedTo: undefined, attachment: undefined } : one,
    );
    cluster.probes = undefined;
    const [attach] = planned(cluster).actions;
    assert.ok(attach?.kind === 'attachVolume');
    assert.equal(attach.volumeId, `vol-${FIRST}`);
    assert.equal(attach.instanceId, instanceId(9));
  });

  it('is launched again under the same generation when the outcome of its launch is not known', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    const record = cluster.records.launches.get(petSlot(FIRST));
    assert.ok(record);
    cluster.records.launches.set(petSlot(FIRST), { ...record, generation: 7, state: 'intended', instanceIds: [] });
    const [launch] = planned(cluster).actions;
    assert.ok(launch?.kind === 'launch');
    assert.deepEqual([launch.generation, launch.replay], [7, true]);
  });

  it('is not launched twice while EC2 does not list it yet', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    const record = cluster.records.launches.get(petSlot(FIRST));
    assert.ok(record);
    cluster.records.launches.set(petSlot(FIRST), {
      ...record,
      generation: 2,
      instanceIds: [instanceId(77)],
      launchedAt: NOW - 2000,
      confirmedAt: undefined,
    });
    assert.deepEqual(planned(cluster).actions, []);
    cluster.now = NOW + LIMITS.visibility;
    const [replay] = planned(cluster).actions;
    assert.ok(replay?.kind === 'launch');
    assert.deepEqual([replay.generation, replay.replay], [2, true]);
  });

  it('backs off while its launches come to nothing, and stops spending in the end', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    const record = cluster.records.launches.get(petSlot(FIRST));
    assert.ok(record);
    cluster.records.launches.set(petSlot(FIRST), {
      ...record,
      state: 'failed',
      instanceIds: [],
      failures: 3,
      intendedAt: NOW - 1000,
      lastError: 'InsufficientInstanceCapacity',
    });
    assert.deepEqual(rules(cluster), ['backoff']);
    assert.deepEqual(planned(cluster).actions, []);
    cluster.now = NOW + 20_000;
    assert.deepEqual(kinds(planned(cluster).actions), ['launch']);
    cluster.records.launches.set(petSlot(FIRST), {
      ...record,
      state: 'failed',
      instanceIds: [],
      failures: LIMITS.failuresToPark,
      intendedAt: NOW - 60 * MINUTE,
      lastError: 'X',
    });
    assert.deepEqual(rules(cluster), ['parked']);
  });

  it('is not re-created without the disk that holds its state', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    cluster.volumes = cluster.volumes.filter((one) => one.logicalId !== FIRST);
    const [suspect, ...more] = planned(cluster).actions;
    assert.ok(suspect?.kind === 'suspect' && suspect.suspicion.symptom === 'volume-lost');
    assert.deepEqual(more, []);
    cluster.records.suspicions.set(FIRST, suspect.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['volume-lost']);
  });

  it('never gets the volume of another logical ID', () => {
    const cluster = wholeCluster();
    terminate(cluster, M1);
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === SECOND ? { ...one, logicalId: FIRST } : one));
    for (const action of planned(cluster).actions) assert.notEqual(action.kind, 'launch');
  });
});

describe('a manager whose disk is blank', () => {
  function withBlankDisk(): TestCluster {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster);
    terminate(cluster, M3);
    occupy(cluster, THIRD, instanceId(9), NOW - 20_000);
    cluster.agentsOnline = { seen: true, value: new Set([M1, M2, W1, W2, instanceId(9)]) };
    // The dead member shows "reachable": its address answers again.
    const seen = nodes.map((node) => (node.hostname === M3 ? { ...node, state: 'down' as const } : node));
    probeAll(cluster, seen);
    cluster.probes?.set(instanceId(9), blankProbe(instanceOf(cluster, instanceId(9))));
    return cluster;
  }

  it('is demoted, then removed, before it joins', () => {
    const cluster = withBlankDisk();
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['demoteNode', 'removeNode']);
    for (const action of actions) {
      assert.ok(action.kind === 'demoteNode' || action.kind === 'removeNode');
      assert.equal(action.nodeId, nodeIdOf(M3));
    }
  });

  it('joins when its former node is out of the list', () => {
    const cluster = withBlankDisk();
    probeAll(
      cluster,
      nodesOf(cluster).filter((node) => node.hostname !== instanceId(9)),
    );
    cluster.probes?.set(instanceId(9), blankProbe(instanceOf(cluster, instanceId(9))));
    const [join] = planned(cluster).actions;
    assert.ok(join?.kind === 'join');
    assert.deepEqual(join.instanceIds, [instanceId(9)]);
  });

  it('is left as it is without a quorum', () => {
    const cluster = withBlankDisk();
    cluster.probes?.set(M2, { kind: 'silent', why: 'timeout', reason: 'no answer' });
    assert.deepEqual(
      planned(cluster).actions.filter((action) => action.kind !== 'suspect'),
      [],
    );
    assert.ok(rules(cluster).includes('no-quorum'));
  });
});
