import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import {
  addWorker,
  blankProbe,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodeIdOf,
  nodesOf,
  probeAll,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
  ZONES,
  zoneAt,
} from '../../support/cluster.ts';
import { kinds, M1, M2, M3, ofKind, planned, remember, rules, W1, W2 } from './planned.ts';
import { down, relist } from './worlds.ts';

const [FIRST] = MANAGER_IPS;

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

  it('are drained as well where a new leader has not heard of them yet', () => {
    const cluster = wholeCluster({ workers: 2 });
    remember(cluster, W1, 'leaving');
    relist(cluster, (node) => (node.hostname === W1 ? { ...node, state: 'unknown' } : node));
    assert.deepEqual(kinds(planned(cluster).actions).slice(0, 2), ['drainNode', 'removeNode']);
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

function joined(cluster: TestCluster): (readonly string[])[] {
  return ofKind(planned(cluster).actions, 'join').map(({ instanceIds }) => instanceIds);
}

describe('workers that are up and in no Swarm', () => {
  it('join together, by as many commands as it takes', () => {
    const cluster = wholeCluster({ workers: 51 });
    probeAll(
      cluster,
      nodesOf(cluster).filter(({ role }) => role === 'manager'),
    );
    const workers = cluster.instances.filter(({ group }) => group === 'workers');
    for (const one of workers) cluster.probes?.set(one.id, blankProbe(one));
    assert.deepEqual(
      joined(cluster).map(({ length }) => length),
      [50, 1],
    );
  });

  it('join although a manager is away', () => {
    const cluster = wholeCluster({ workers: 0 });
    addWorker(cluster, W1, ZONES[0], NOW - 20_000);
    redeclare(cluster, 'workers', { allocation: { kind: 'size', size: 1 } });
    cluster.agentsOnline = { seen: false, reason: 'throttled' };
    const nodes = nodesOf(cluster).filter(({ hostname }) => hostname !== W1);
    probeAll(
      cluster,
      nodes.map((node) => (node.hostname === M3 ? down(node) : node)),
    );
    assert.deepEqual(joined(cluster), [[W1]]);
  });
});
