import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../../lib/plan/action.ts';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { plan } from '../../../lib/plan/plan.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  addWorker,
  answered,
  blankProbe,
  CLUSTER_ID,
  emptyCluster,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodeIdOf,
  nodesOf,
  occupy,
  planInput,
  probeAll,
  probeOf,
  type TestCluster,
  terminate,
  wholeCluster,
  zoneAt,
} from '../../support/cluster.ts';

const [FIRST, SECOND, THIRD] = MANAGER_IPS;
const [M1, M2, M3] = [instanceId(1), instanceId(2), instanceId(3)];
const [W1, W2] = [instanceId(101), instanceId(102)];

function planned(cluster: TestCluster) {
  return plan(planInput(cluster));
}

function kinds(actions: readonly Action[]): string[] {
  return actions.map((action) => action.kind);
}

function rules(cluster: TestCluster): string[] {
  return planned(cluster).held.map((held) => held.rule);
}

describe('a whole cluster', () => {
  it('calls for nothing', () => {
    assert.deepEqual(planned(wholeCluster()), { actions: [], held: [], waiting: [], ask: [], askCanWait: false });
  });

  it('is not called whole before its managers were asked', () => {
    const cluster = wholeCluster();
    cluster.probes = undefined;
    assert.deepEqual(planned(cluster).ask, [M1, M2, M3]);
  });
});

describe('the first start', () => {
  it('launches every manager and spreads the workers over the zones', () => {
    const { actions } = planned(emptyCluster());
    const launches = actions.filter((action) => action.kind === 'launch');
    assert.deepEqual(
      launches.map((launch) => launch.slot),
      [petSlot(FIRST), petSlot(SECOND), petSlot(THIRD), `batch/workers/${zoneAt(0)}`, `batch/workers/${zoneAt(1)}`],
    );
    assert.equal(launches.length, actions.length);
  });

  function bootedManagers(): TestCluster {
    const cluster = emptyCluster({ workers: 0 });
    MANAGER_IPS.forEach((ip, index) => {
      occupy(cluster, ip, instanceId(index + 1), NOW - 10_000);
    });
    cluster.agentsOnline = { seen: true, value: new Set([M1, M2, M3]) };
    cluster.probes = new Map([M1, M2, M3].map((id) => [id, blankProbe(instanceOf(cluster, id))]));
    return cluster;
  }

  it('decides on one seed before it initialises', () => {
    const cluster = bootedManagers();
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['claimGenesis']);
    cluster.records.genesis = { seed: SECOND, claimedAt: NOW, clusterId: undefined };
    const [init] = planned(cluster).actions;
    assert.ok(init?.kind === 'initSwarm');
    assert.equal(init.instanceId, M2);
  });

  it('waits as long as one disk has not been looked at', () => {
    const cluster = bootedManagers();
    cluster.probes?.delete(M3);
    cluster.agentsOnline = { seen: true, value: new Set([M1, M2]) };
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('never initialises beside a disk that holds Raft state', () => {
    const cluster = bootedManagers();
    const kept = instanceOf(cluster, M3);
    cluster.probes?.set(
      M3,
      answered(
        probeOf(kept, {
          engine: { localState: 'error', controlAvailable: false, clusterId: undefined },
          raftState: 'present',
        }),
      ),
    );
    assert.ok(!kinds(planned(cluster).actions).some((kind) => kind === 'claimGenesis' || kind === 'initSwarm'));
  });

  it('never initialises a second time, even when every disk is blank', () => {
    const cluster = bootedManagers();
    cluster.records.genesis = { seed: FIRST, claimedAt: NOW, clusterId: CLUSTER_ID };
    assert.deepEqual(planned(cluster).actions, []);
    assert.ok(rules(cluster).includes('state-lost'));
  });

  it('joins managers one at a time', () => {
    const cluster = bootedManagers();
    cluster.records.genesis = { seed: FIRST, claimedAt: NOW, clusterId: CLUSTER_ID };
    const seed = instanceOf(cluster, M1);
    const nodes = nodesOf(cluster).filter((node) => node.hostname === M1);
    cluster.probes?.set(M1, answered(probeOf(seed, { nodes })));
    const joins = planned(cluster).actions.filter((action) => action.kind === 'join');
    assert.equal(joins.length, 1);
    assert.deepEqual(joins[0]?.instanceIds, [M2]);
    assert.deepEqual(joins[0]?.managers, [FIRST]);
  });
});

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

describe('workers', () => {
  it('are replaced, and the dead node is removed', () => {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster).map((node) => (node.hostname === W1 ? { ...node, state: 'down' as const } : node));
    terminate(cluster, W1);
    probeAll(cluster, nodes);
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['launch', 'removeNode']);
  });

  it('leave the list as soon as EC2 calls their machine terminated, before Swarm calls the node down', () => {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster);
    terminate(cluster, W1);
    probeAll(cluster, nodes);
    assert.deepEqual(kinds(planned(cluster).actions), ['launch', 'removeNode']);
  });

  it('stay in the list while their machine is merely not listed and the node is ready', () => {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster);
    cluster.instances = cluster.instances.filter((one) => one.id !== W1);
    probeAll(cluster, nodes);
    assert.ok(!kinds(planned(cluster).actions).includes('removeNode'));
  });

  /** W1 is gone, and another machine of that age is there which nobody has asked. */
  function withNewcomer(age: number): TestCluster {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster);
    terminate(cluster, W1);
    addWorker(cluster, instanceId(200), zoneAt(0), NOW - age);
    cluster.agentsOnline = { seen: true, value: new Set([M1, M2, M3, W2, instanceId(200)]) };
    probeAll(
      cluster,
      nodes.filter((node) => node.hostname !== W1),
    );
    return cluster;
  }

  it('are joined without being asked while they are young: the script refuses until their boot is over', () => {
    const cluster = withNewcomer(10_000);
    const [join] = planned(cluster).actions;
    assert.ok(join?.kind === 'join');
    assert.deepEqual([join.role, join.instanceIds], ['worker', [instanceId(200)]]);
    assert.equal(join.managers[0], FIRST);
    assert.deepEqual(planned(cluster).ask, []);
  });

  it('are asked first when they are not young any more, and joined when their boot is done', () => {
    const cluster = withNewcomer(LIMITS.boot);
    assert.deepEqual(planned(cluster).ask, [instanceId(200)]);
    assert.ok(!kinds(planned(cluster).actions).includes('join'));
    cluster.probes?.set(instanceId(200), blankProbe(instanceOf(cluster, instanceId(200))));
    const [join] = planned(cluster).actions;
    assert.ok(join?.kind === 'join');
    assert.deepEqual(join.instanceIds, [instanceId(200)]);
  });

  it('may be none', () => {
    assert.deepEqual(planned(wholeCluster({ workers: 0 })).actions, []);
  });

  /** A launch of `count` that was begun, and the number lowered to `size` since. */
  function begunLaunch(count: number, size: number): TestCluster {
    const cluster = wholeCluster({ workers: size });
    const slot = `batch/workers/${zoneAt(2)}`;
    const [record] = [...cluster.records.launches.values()].filter((one) => one.group === 'workers');
    assert.ok(record);
    cluster.records.launches.set(slot, {
      ...record,
      slot,
      generation: 9,
      count,
      state: 'intended',
      instanceIds: [],
      intendedAt: NOW,
      launchedAt: undefined,
      confirmedAt: undefined,
    });
    return cluster;
  }

  it('are launched again under the same generation while they are wanted and nobody knows what came of it', () => {
    const cluster = begunLaunch(1, 2);
    terminate(cluster, W2);
    const [launch] = planned(cluster).actions.filter(({ kind }) => kind === 'launch');
    assert.ok(launch?.kind === 'launch');
    assert.deepEqual([launch.generation, launch.replay], [9, true]);
  });

  it('are not launched again when they would be more than declared by now: the launch is given up in the end', () => {
    const cluster = begunLaunch(1, 2);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(
      planned(cluster).waiting.map(({ subject }) => subject),
      ['workers'],
    );
    cluster.now = NOW + LIMITS.visibility;
    const [abandon, ...more] = planned(cluster).actions;
    assert.ok(abandon?.kind === 'abandonLaunch');
    assert.deepEqual([abandon.generation, more], [9, []]);
  });

  it('are replaced by another launch meanwhile only as far as the begun one leaves room', () => {
    const cluster = begunLaunch(1, 2);
    terminate(cluster, W1);
    terminate(cluster, W2);
    const launches = planned(cluster).actions.filter((action) => action.kind === 'launch');
    assert.deepEqual(
      launches.map(({ replay, order }) => [replay, order.kind === 'batch' && order.count]),
      [
        [true, 1],
        [false, 1],
      ],
    );
  });

  it('are asked together with the managers once they looked broken', () => {
    const cluster = wholeCluster();
    cluster.probes = undefined;
    const since = NOW - MINUTE;
    cluster.records.suspicions.set(W2, { instanceId: W2, symptom: 'node-down', since, restartedAt: undefined });
    cluster.records.suspicions.set(W1, { instanceId: W1, symptom: 'leaving', since, restartedAt: undefined });
    assert.deepEqual(planned(cluster).ask, [M1, M2, M3, W2]);
  });

  it('are drained and removed before they are ended, when there are too many', () => {
    const cluster = wholeCluster({ workers: 3 });
    cluster.committed = { ...wholeCluster({ workers: 2 }).committed };
    const [mark] = planned(cluster).actions;
    assert.ok(mark?.kind === 'suspect' && mark.suspicion.symptom === 'leaving');
    cluster.records.suspicions.set(mark.suspicion.instanceId, mark.suspicion);
    assert.deepEqual(kinds(planned(cluster).actions), ['drainNode', 'removeNode']);
    const drained = planned(cluster).actions[0];
    assert.ok(drained?.kind === 'drainNode');
    probeAll(
      cluster,
      nodesOf(cluster).filter((node) => node.id !== drained.nodeId),
    );
    const [end] = planned(cluster).actions;
    assert.ok(end?.kind === 'terminate');
    assert.equal(nodeIdOf(end.instanceIds[0] ?? ''), drained.nodeId);
  });

  it('leave once their removal was begun, also when the number was raised again: they are drained', () => {
    const cluster = wholeCluster({ workers: 2 });
    const suspicion = { instanceId: W1, symptom: 'leaving', since: NOW, restartedAt: undefined };
    cluster.records.suspicions.set(W1, suspicion);
    const [drain] = planned(cluster).actions;
    assert.ok(drain?.kind === 'drainNode' && drain.nodeId === nodeIdOf(W1));
    terminate(cluster, W1);
    assert.ok(kinds(planned(cluster).actions).includes('launch'));
  });

  it('are not scaled in while a manager is unwell', () => {
    const cluster = wholeCluster({ workers: 3 });
    cluster.committed = { ...wholeCluster({ workers: 2 }).committed };
    const nodes = nodesOf(cluster).map((node) =>
      node.hostname === M3
        ? { ...node, raft: { reachability: 'unreachable' as const, leader: false, address: '' } }
        : node,
    );
    probeAll(cluster, nodes);
    assert.ok(rules(cluster).includes('scale-in'));
    assert.ok(!kinds(planned(cluster).actions).includes('drainNode'));
  });
});

describe('a running machine that looks broken', () => {
  function withDeadEngine(): TestCluster {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster).map((node) => (node.hostname === M3 ? { ...node, state: 'down' as const } : node));
    probeAll(cluster, nodes);
    cluster.probes?.set(M3, answered({ ...probeOf(instanceOf(cluster, M3)), engine: { state: 'down' } }));
    return cluster;
  }

  it('is remembered, looked at again, restarted, and only then replaced', () => {
    const cluster = withDeadEngine();
    const [suspect] = planned(cluster).actions;
    assert.ok(suspect?.kind === 'suspect');
    cluster.records.suspicions.set(M3, suspect.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['suspicion']);
    cluster.now += LIMITS.suspicion;
    const [restart] = planned(cluster).actions;
    assert.ok(restart?.kind === 'restartEngine');
    cluster.records.suspicions.set(M3, restart.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
    cluster.now += LIMITS.engine;
    const [end] = planned(cluster).actions;
    assert.ok(end?.kind === 'terminate');
    assert.deepEqual(end.instanceIds, [M3]);
  });

  it('is not replaced while another manager is unwell', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'] });
    const dead = [M2, M3];
    probeAll(
      cluster,
      nodesOf(cluster).map((node) => (dead.includes(node.hostname) ? { ...node, state: 'down' as const } : node)),
    );
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - 2 * MINUTE];
    for (const id of dead) {
      cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), engine: { state: 'down' } }));
      cluster.records.suspicions.set(id, { instanceId: id, symptom: 'engine-down', since, restartedAt });
    }
    assert.ok(!kinds(planned(cluster).actions).includes('terminate'));
    assert.ok(rules(cluster).includes('others-unwell'));
  });

  it('is replaced although managers are declared that have not joined yet: they wait for it', () => {
    const cluster = withDeadEngine();
    cluster.records.suspicions.set(M3, {
      instanceId: M3,
      symptom: 'engine-down',
      since: NOW - 10 * MINUTE,
      restartedAt: NOW - 2 * MINUTE,
    });
    cluster.committed = { ...wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'] }).committed };
    assert.ok(kinds(planned(cluster).actions).includes('terminate'));
  });

  it('has its engine restarted again and again while it may not be replaced', () => {
    const cluster = wholeCluster();
    for (const id of [M1, M2, M3]) {
      cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), engine: { state: 'down' } }));
      const restartedAt = NOW - LIMITS.restartAgain + (id === M1 ? 0 : MINUTE);
      cluster.records.suspicions.set(id, { instanceId: id, symptom: 'engine-down', since: 0, restartedAt });
    }
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['restartEngine']);
    assert.ok(actions[0]?.kind === 'restartEngine' && actions[0].suspicion.restartedAt === NOW);
    assert.ok(rules(cluster).includes('no-quorum'));
  });

  it('keeps its engine while it may have its vote still and another manager has none', () => {
    const cluster = wholeCluster();
    const hung = { ...probeOf(instanceOf(cluster, M3)), engine: { state: 'down' as const } };
    const nodes = nodesOf(cluster).map((node) =>
      node.hostname === M2 && node.raft !== undefined
        ? { ...node, state: 'down' as const, raft: { ...node.raft, reachability: 'unreachable' as const } }
        : node,
    );
    probeAll(cluster, nodes);
    terminate(cluster, M2);
    cluster.probes?.set(M3, answered(hung));
    cluster.records.suspicions.set(M3, {
      instanceId: M3,
      symptom: 'engine-down',
      since: NOW - 10 * MINUTE,
      restartedAt: undefined,
    });
    assert.ok(!kinds(planned(cluster).actions).includes('restartEngine'));
    assert.ok(rules(cluster).includes('others-unwell'));
  });

  it('is replaced without a quorum when its boot failed, as it never had a vote', () => {
    const cluster = wholeCluster();
    for (const id of [M1, M2, M3]) {
      const boot = { state: 'failed' as const, reason: 'no space left on device' };
      cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), boot, engine: { state: 'down' } }));
      const since = NOW - LIMITS.suspicion;
      cluster.records.suspicions.set(id, { instanceId: id, symptom: 'boot-failed', since, restartedAt: undefined });
    }
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['terminate']);
  });

  it('is not replaced for a boot that only seems long because the machine was rebooted', () => {
    const cluster = wholeCluster();
    const rebooted = probeOf(instanceOf(cluster, M3), { uptimeSeconds: 5 });
    cluster.probes?.set(M3, answered({ ...rebooted, boot: { state: 'running' }, engine: { state: 'down' } }));
    const since = NOW - 10 * MINUTE;
    cluster.records.suspicions.set(M3, { instanceId: M3, symptom: 'boot-stuck', since, restartedAt: undefined });
    assert.deepEqual(planned(cluster).actions, []);
    cluster.probes?.set(
      M3,
      answered({
        ...rebooted,
        uptimeSeconds: LIMITS.boot / 1000,
        boot: { state: 'running' },
        engine: { state: 'down' },
      }),
    );
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
  });

  it('counts for what its engine says, whatever its boot said', () => {
    const cluster = wholeCluster();
    const boot = { state: 'failed' as const, reason: 'init command 1 of 1 ended with 1' };
    cluster.probes?.set(M3, answered({ ...probeOf(instanceOf(cluster, M3), { nodes: nodesOf(cluster) }), boot }));
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), []);
  });

  it('is not "gone" when it can not be asked', () => {
    const cluster = wholeCluster();
    cluster.probes?.set(M3, { kind: 'silent', why: 'timeout', reason: 'no answer' });
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['silent']);
  });
});

describe('what is not ours', () => {
  it('is named, never touched', () => {
    const cluster = wholeCluster();
    addWorker(cluster, instanceId(300), zoneAt(0));
    cluster.instances = cluster.instances.map((one) => (one.id === instanceId(300) ? { ...one, group: 'batch' } : one));
    cluster.records = wholeCluster().records;
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['undeclared']);
  });

  it('a foreign Swarm is left alone', () => {
    const cluster = wholeCluster();
    cluster.records.genesis = { seed: FIRST, claimedAt: 0, clusterId: 'another' };
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['foreign-swarm']);
  });
});

describe('a cluster being taken down', () => {
  it('launches nothing', () => {
    const cluster = emptyCluster();
    cluster.records.mode = 'removing';
    assert.deepEqual(planned(cluster).actions, []);
  });
});
