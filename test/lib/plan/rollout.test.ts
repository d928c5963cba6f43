import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batchSlot } from '../../../lib/plan/world.ts';
import type { UpdatePolicy } from '../../../lib/spec/spec.ts';
import {
  declaredHash,
  instanceId,
  MINUTE,
  NOW,
  nodesOf,
  probeAll,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
  ZONES,
} from '../../support/cluster.ts';
import { heldBy, kinds, marksOf, ofKind, planned, remember, W1, W2 } from './planned.ts';
import { addNewWorker, down, groupOf, outdate, relist, setState, silence } from './worlds.ts';

const [W3, NEW, NEWER] = [instanceId(103), instanceId(201), instanceId(202)];
const [A, B, C] = ZONES;
const none = { kind: 'count', count: 0 } as const;

function count(some: number) {
  return { kind: 'count' as const, count: some };
}

/** Workers of a former configuration, one in each zone in turn. */
function rolled(workers: number, policy: Partial<UpdatePolicy> = {}): TestCluster {
  const cluster = wholeCluster({ workers });
  outdate(cluster, 'workers', policy);
  return cluster;
}

function launched(cluster: TestCluster): (readonly [string, number])[] {
  return ofKind(planned(cluster).actions, 'launch').flatMap(({ order }) =>
    order.kind === 'batch' ? [[order.zone, order.count] as const] : [],
  );
}

describe('a roll-out of workers begins', () => {
  it('with as many new machines as the surge allows, of the declared version, where there are fewest', () => {
    const cluster = rolled(2);
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['launch']);
    assert.deepEqual(launched(cluster), [[C, 1]]);
    assert.equal(ofKind(actions, 'launch')[0]?.version, cluster.committed.version);
    assert.deepEqual(launched(rolled(3, { maxSurge: count(2) })), [
      [A, 1],
      [B, 1],
    ]);
  });

  it('with a share of the number, rounded up', () => {
    const launches = launched(rolled(5, { maxSurge: { kind: 'percent', percent: 25 } }));
    assert.equal(
      launches.reduce((sum, [, some]) => sum + some, 0),
      2,
    );
  });

  it('with no more new machines than there are to be replaced', () => {
    const cluster = rolled(2, { maxSurge: count(5) });
    assert.deepEqual(launched(cluster), [
      [A, 1],
      [C, 1],
    ]);
    addNewWorker(cluster, NEW, C, MINUTE);
    assert.deepEqual(launched(cluster), [[A, 1]]);
  });

  it('with those that can be missing, where there may be no more than declared', () => {
    const cluster = rolled(3, { maxSurge: none, maxUnavailable: count(2) });
    assert.deepEqual(kinds(planned(cluster).actions), ['suspect', 'suspect']);
    assert.deepEqual(marksOf(planned(cluster).actions), [`${W1} leaving`, `${W2} leaving`]);
  });

  it('with one, where by the rounding none may be missing and none be too many', () => {
    const cluster = rolled(3, { maxSurge: none, maxUnavailable: { kind: 'percent', percent: 10 } });
    assert.deepEqual(marksOf(planned(cluster).actions), [`${W1} leaving`]);
  });

  it('with machines that are in no Swarm in the same way', () => {
    const cluster = rolled(2, { maxSurge: none, maxUnavailable: count(1) });
    redeclare(cluster, 'workers', { flavor: 'vanilla' });
    relist(cluster, (node) => (node.role === 'manager' ? node : undefined));
    assert.deepEqual(marksOf(planned(cluster).actions), [`${W1} leaving`]);
    setState(cluster, W1, 'pending');
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('not at all for machines whose configuration is the declared one, or was never written down', () => {
    const cluster = wholeCluster({ workers: 2 });
    assert.deepEqual(planned(cluster).actions, []);
    outdate(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) => ({ ...one, configHash: undefined }));
    assert.deepEqual(ofKind(planned(cluster).actions, 'launch'), []);
  });
});

describe('a roll-out of workers goes on', () => {
  it('by sending an old machine away once a new one has been healthy for long enough, and not before', () => {
    const cluster = rolled(2, { healthySeconds: 15 });
    addNewWorker(cluster, NEW, C, 14_999);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(planned(cluster).waiting, [
      { what: 'machines to have been healthy for long enough', subject: 'workers' },
    ]);
    cluster.now += 1;
    assert.deepEqual(marksOf(planned(cluster).actions), [`${W1} leaving`]);
  });

  it('with no further machine while the last one has not proven itself', () => {
    const cluster = rolled(3, { maxSurge: count(2) });
    addNewWorker(cluster, NEW, A, undefined);
    relist(cluster, (node) => (node.hostname === NEW ? undefined : node));
    silence(cluster, NEW);
    assert.deepEqual(kinds(planned(cluster).actions), []);
    addNewWorker(cluster, NEWER, B, MINUTE);
    assert.deepEqual(ofKind(planned(cluster).actions, 'launch'), []);
  });

  it('with no further machine while nobody knows what came of the last launch', () => {
    const cluster = rolled(3, { maxSurge: count(2) });
    addNewWorker(cluster, NEW, A, MINUTE);
    assert.deepEqual(launched(cluster), [[B, 1]]);
    const slot = batchSlot('workers', C);
    const record = cluster.records.launches.get(slot) ?? assert.fail();
    const unseen = { ...record, instanceIds: [instanceId(203)], launchedAt: NOW - 1_000, confirmedAt: NOW - MINUTE };
    cluster.records.launches.set(slot, unseen);
    assert.deepEqual(launched(cluster), []);
  });

  it('counting those on their way out until they are gone', () => {
    const cluster = rolled(2);
    addNewWorker(cluster, NEW, C, MINUTE);
    remember(cluster, W1, 'leaving');
    assert.deepEqual(launched(cluster), []);
    terminate(cluster, W1);
    assert.deepEqual(launched(cluster), [[A, 1]]);
  });

  it('by itself as soon as there is room: until then it says what it waits for', () => {
    const cluster = rolled(2, { maxSurge: count(1) });
    addNewWorker(cluster, NEW, C, MINUTE);
    remember(cluster, W1, 'leaving');
    const what = 'machines of a former configuration to be replaced';
    assert.deepEqual(
      planned(cluster)
        .waiting.filter((one) => one.what === what)
        .map(({ subject }) => subject),
      ['workers'],
    );
    cluster.records.suspicions.clear();
    assert.ok(
      planned(cluster).waiting.every((one) => one.what !== what),
      'not while it goes on',
    );
  });

  it('only as far as enough machines stay that work', () => {
    const cluster = rolled(3, { maxSurge: none, maxUnavailable: count(1) });
    relist(cluster, (node) => (node.hostname === W1 ? down(node) : node));
    assert.ok(!marksOf(planned(cluster).actions).some((mark) => mark.endsWith('leaving')));
    outdate(cluster, 'workers', { maxUnavailable: count(2) });
    const leaving = marksOf(planned(cluster).actions).filter((mark) => mark.endsWith('leaving'));
    assert.deepEqual(leaving, [`${W2} leaving`], 'the one that is down is repaired: sending it away frees no place');
  });

  it('after what is missing was launched: one launch of a zone at a time', () => {
    const cluster = rolled(3, { maxSurge: count(3) });
    terminate(cluster, W3);
    probeAll(
      cluster,
      nodesOf(cluster).filter(({ hostname }) => hostname !== W3),
    );
    assert.deepEqual(launched(cluster), [[C, 1]]);
  });

  it('not while a manager is unwell', () => {
    const cluster = rolled(2);
    relist(cluster, (node) => (node.hostname === instanceId(3) ? down(node) : node));
    assert.deepEqual(launched(cluster), []);
    assert.match(heldBy(cluster, 'rollout')?.reason ?? '', /while a manager is unwell/);
    assert.equal(heldBy(cluster, 'rollout')?.subject, 'workers');
    redeclare(cluster, 'workers', { instanceType: 't4g.small' });
    assert.equal(heldBy(cluster, 'rollout'), undefined, 'there is nothing to be rolled');
  });

  it('to its end: then nothing is left to do', () => {
    const cluster = rolled(1);
    addNewWorker(cluster, NEW, A, MINUTE);
    terminate(cluster, W1);
    relist(cluster, (node) => (node.hostname === W1 ? undefined : node));
    assert.deepEqual(kinds(planned(cluster).actions), ['settleRollout']);
  });
});

describe('a roll-out of workers that is halted', () => {
  function halted(): TestCluster {
    const cluster = rolled(2, { maxUnavailable: count(1) });
    const before = cluster.records.rollouts.get('workers') ?? assert.fail();
    const halt = { hash: declaredHash(cluster, 'workers'), by: 'ada', reason: 'it leaks', at: NOW };
    cluster.records.rollouts.set('workers', { ...before, halt });
    const former = groupOf(wholeCluster({ workers: 2 }), 'workers');
    cluster.former.set('workers', {
      version: 1,
      spec: former,
      image: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' },
    });
    return cluster;
  }

  it('replaces nothing, and says who halted it and why', () => {
    const cluster = halted();
    assert.deepEqual(planned(cluster).actions, []);
    assert.match(heldBy(cluster, 'rollout-halted')?.reason ?? '', /^2 of 2 .* halted by ada: it leaks$/);
    const hash = declaredHash(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) => (one.group === 'workers' ? { ...one, configHash: hash } : one));
    assert.equal(heldBy(cluster, 'rollout-halted'), undefined, 'there is nothing to be rolled');
  });

  it('brings back what is lost with the configuration that worked', () => {
    const cluster = halted();
    terminate(cluster, W1);
    const [launch] = ofKind(planned(cluster).actions, 'launch');
    assert.equal(launch?.version, 1);
    cluster.former.clear();
    const [newest] = ofKind(planned(cluster).actions, 'launch');
    assert.equal(newest?.version, cluster.committed.version, 'where none ever worked, it is the declared one');
  });

  it('does not keep back a roll-out to another configuration', () => {
    const cluster = halted();
    redeclare(cluster, 'workers', { instanceType: 't4g.xlarge' });
    assert.equal(heldBy(cluster, 'rollout-halted'), undefined);
    const { actions } = planned(cluster);
    assert.ok(kinds(actions).includes('launch') || marksOf(actions).length > 0);
    assert.equal(ofKind(actions, 'launch')[0]?.version ?? cluster.committed.version, cluster.committed.version);
  });
});
