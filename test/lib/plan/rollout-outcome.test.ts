import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import type { LaunchRecord } from '../../../lib/plan/records.ts';
import { batchSlot, petSlot } from '../../../lib/plan/world.ts';
import {
  blankProbe,
  declaredHash,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  redeclare,
  settle,
  type TestCluster,
  terminate,
  wholeCluster,
  ZONES,
} from '../../support/cluster.ts';
import { kinds, M3, ofKind, planned, W1, W2 } from './planned.ts';
import { addNewWorker, down, outdate, relist, renewManager, setState, updateOf } from './worlds.ts';

const [NEW, NEWER] = [instanceId(201), instanceId(202)];
const [, , C] = ZONES;

/** Three workers, the third of a new configuration that is `provenFor` so many milliseconds. */
function rolling(provenFor: number | undefined, onFailure: 'pause' | 'rollback' = 'pause'): TestCluster {
  const cluster = wholeCluster({ workers: 2 });
  outdate(cluster, 'workers', { onFailure, healthySeconds: 15, timeout: 600 });
  addNewWorker(cluster, NEW, C, provenFor);
  return cluster;
}

function changeLaunch(cluster: TestCluster, slot: string, change: Partial<LaunchRecord>): void {
  const record = cluster.records.launches.get(slot) ?? assert.fail();
  cluster.records.launches.set(slot, { ...record, ...change });
}

/** The new machine is not in the Swarm, and does not answer. */
function ill(cluster: TestCluster, launchedAgo: number): TestCluster {
  relist(cluster, (node) => (node.hostname === NEW ? down(node) : node));
  cluster.instances = cluster.instances.map((one) =>
    one.id === NEW ? { ...one, launchedAt: NOW - launchedAgo } : one,
  );
  changeLaunch(cluster, batchSlot('workers', C), { launchedAt: NOW - launchedAgo, confirmedAt: undefined });
  return cluster;
}

function halts(cluster: TestCluster) {
  return ofKind(planned(cluster).actions, 'haltRollout').map(({ record }) => record);
}

describe('a roll-out is over', () => {
  function over(): TestCluster {
    const cluster = wholeCluster({ workers: 2 });
    outdate(cluster, 'workers', { healthySeconds: 15 });
    const hash = declaredHash(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) => (one.group === 'workers' ? { ...one, configHash: hash } : one));
    return cluster;
  }

  it('when all machines have the configuration and are healthy: it is remembered as good', () => {
    const cluster = over();
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['settleRollout']);
    assert.deepEqual(ofKind(actions, 'settleRollout')[0]?.record, {
      group: 'workers',
      good: { version: cluster.committed.version, hash: declaredHash(cluster, 'workers') },
      halt: undefined,
      resumedAt: undefined,
    });
    settle(cluster, 'workers');
    assert.deepEqual(planned(cluster).actions, [], 'once');
  });

  it('not while one is missing, or not healthy, or healthy for too short a time', () => {
    const missing = over();
    terminate(missing, W1);
    const unwell = over();
    relist(unwell, (node) => (node.hostname === W2 ? down(node) : node));
    const young = over();
    changeLaunch(young, batchSlot('workers', ZONES[0]), { confirmedAt: NOW - 14_999 });
    const unproven = over();
    changeLaunch(unproven, batchSlot('workers', ZONES[0]), { confirmedAt: undefined });
    for (const cluster of [missing, unwell, young, unproven]) {
      assert.deepEqual(ofKind(planned(cluster).actions, 'settleRollout'), []);
    }
    young.now += 1;
    assert.equal(ofKind(planned(young).actions, 'settleRollout').length, 1);
  });

  it('not while it is halted', () => {
    const cluster = over();
    const before = cluster.records.rollouts.get('workers') ?? assert.fail();
    const halt = { hash: declaredHash(cluster, 'workers'), by: 'ada', reason: 'x', at: NOW };
    cluster.records.rollouts.set('workers', { ...before, halt });
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('for managers as well', () => {
    const cluster = wholeCluster();
    outdate(cluster, 'managers', { healthySeconds: 30 });
    for (const ip of MANAGER_IPS) renewManager(cluster, ip, 30_000);
    const good = ofKind(planned(cluster).actions, 'settleRollout').map(({ record }) => record.good?.version);
    assert.deepEqual(good, [cluster.committed.version]);
    renewManager(cluster, MANAGER_IPS[1], 29_999);
    assert.deepEqual(ofKind(planned(cluster).actions, 'settleRollout'), []);
  });
});

describe('a roll-out has failed', () => {
  it('when a new machine is not healthy within its time, and is halted', () => {
    assert.deepEqual(halts(ill(rolling(undefined), 599_999)), []);
    const cluster = ill(rolling(undefined), 600_000);
    const [record] = halts(cluster);
    assert.deepEqual(record?.halt, {
      hash: declaredHash(cluster, 'workers'),
      by: 'controller',
      reason: `${NEW} not healthy within 600 s`,
      at: NOW,
    });
    assert.deepEqual(record.good, cluster.records.rollouts.get('workers')?.good, 'what was good is still known');
  });

  it('when launches of it fail in a row, with the last error', () => {
    const cluster = rolling(MINUTE);
    const failed = { state: 'failed' as const, instanceIds: [], confirmedAt: undefined, lastError: 'Unsupported' };
    changeLaunch(cluster, batchSlot('workers', C), { ...failed, failures: 2 });
    assert.deepEqual(halts(cluster), []);
    changeLaunch(cluster, batchSlot('workers', C), { ...failed, failures: 3 });
    assert.match(
      halts(cluster)[0]?.halt?.reason ?? '',
      /^3 launches in a row for batch\/workers\/\S+ failed \(the last one: Unsupported\)$/,
    );
  });

  it('when its machines are gone again and again before they were healthy', () => {
    const cluster = rolling(undefined);
    terminate(cluster, NEW);
    changeLaunch(cluster, batchSlot('workers', C), { failures: 1, confirmedAt: undefined });
    assert.deepEqual(halts(cluster), []);
    changeLaunch(cluster, batchSlot('workers', C), { failures: 2, confirmedAt: undefined });
    assert.match(halts(cluster)[0]?.halt?.reason ?? '', /^3 launches in a row .* failed$/);
  });

  it('not by launches of a former configuration, of another group, or that were confirmed', () => {
    const former = ill(rolling(undefined), 600_000);
    changeLaunch(former, batchSlot('workers', C), {
      request: { ...(former.records.launches.get(batchSlot('workers', C)) ?? assert.fail()).request, tags: {} },
    });
    const confirmed = ill(rolling(undefined), 600_000);
    changeLaunch(confirmed, batchSlot('workers', C), { confirmedAt: NOW - MINUTE });
    const other = ill(rolling(undefined), 600_000);
    changeLaunch(other, batchSlot('workers', C), { group: 'others' });
    for (const cluster of [former, confirmed, other]) assert.deepEqual(halts(cluster), []);
  });

  it('not by a machine that still has time, however many failed before it', () => {
    const cluster = ill(rolling(undefined), 1_000);
    changeLaunch(cluster, batchSlot('workers', C), { failures: 5 });
    assert.deepEqual(halts(cluster), []);
  });

  it('not by the time of machines that are gone, or were never listed, where the others work', () => {
    const cluster = rolling(undefined);
    changeLaunch(cluster, batchSlot('workers', C), { instanceIds: [NEW, NEWER], launchedAt: NOW - 60 * MINUTE });
    assert.deepEqual(halts(cluster), []);
  });

  it('not by the time of one that was ended, as long as EC2 lists it: another comes in its place', () => {
    const cluster = ill(rolling(undefined), 600_000);
    assert.equal(halts(cluster).length, 1);
    setState(cluster, NEW, 'shutting-down');
    assert.deepEqual(halts(cluster), []);
    terminate(cluster, NEW);
    assert.deepEqual(halts(cluster), []);
  });

  it('not by the time for which a machine waits for the managers to bear another member', () => {
    const waiting = (): TestCluster => {
      const cluster = ill(rolling(undefined), 600_000);
      relist(cluster, (node) => (node.hostname === NEW ? undefined : node));
      cluster.probes?.set(NEW, blankProbe(instanceOf(cluster, NEW)));
      return cluster;
    };
    assert.equal(halts(waiting()).length, 1, 'nothing keeps it from joining');
    const unwell = waiting();
    relist(unwell, (node) => (node.hostname === M3 ? down(node) : node.hostname === NEW ? undefined : node));
    unwell.probes?.set(NEW, blankProbe(instanceOf(unwell, NEW)));
    assert.deepEqual(halts(unwell), []);
    const [slot] = MANAGER_IPS.map(petSlot);
    const renewed = waiting();
    changeLaunch(renewed, slot ?? '', { launchedAt: NOW - 2 * MINUTE, confirmedAt: NOW - MINUTE });
    assert.deepEqual(halts(renewed), [], 'a manager came back only now');
  });

  it('not by launches at an address that is declared no longer: their end was ours', () => {
    const cluster = wholeCluster();
    outdate(cluster, 'managers', { timeout: 600 });
    renewManager(cluster, MANAGER_IPS[2], undefined);
    changeLaunch(cluster, petSlot(MANAGER_IPS[2]), { state: 'failed', failures: LIMITS.failuresToHalt });
    assert.equal(halts(cluster).length, 1);
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS.slice(0, 2) } });
    assert.deepEqual(halts(cluster), []);
  });

  it('not where nothing is rolled out: such machines are repaired, and launches back off', () => {
    const cluster = ill(rolling(undefined), 600_000);
    settle(cluster, 'workers');
    const hash = declaredHash(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) => (one.group === 'workers' ? { ...one, configHash: hash } : one));
    assert.deepEqual(halts(cluster), []);
  });

  it('in its very first form as well, where machines of a former one are there and none was ever good', () => {
    const cluster = ill(rolling(undefined, 'rollback'), 600_000);
    cluster.records.rollouts.clear();
    assert.deepEqual(
      halts(cluster).map(({ good }) => good),
      [undefined],
    );
    assert.deepEqual(ofKind(planned(cluster).actions, 'rollBack'), [], 'there is nothing to go back to');
  });

  it('and is halted once: by then it is for a person to say how to go on', () => {
    const cluster = ill(rolling(undefined), 600_000);
    const [record] = halts(cluster);
    cluster.records.rollouts.set('workers', record ?? assert.fail());
    assert.deepEqual(halts(cluster), []);
  });

  it('and goes back to the last good version where the group says so, once', () => {
    const cluster = ill(rolling(undefined, 'rollback'), 600_000);
    const [back] = ofKind(planned(cluster).actions, 'rollBack');
    assert.deepEqual([back?.group, back?.toVersion], ['workers', 1]);
    assert.equal(back?.record.halt?.hash, declaredHash(cluster, 'workers'), 'it is not begun again by itself');
    assert.deepEqual(halts(cluster), []);
    cluster.records.rollouts.set('workers', back?.record ?? assert.fail());
    redeclare(cluster, 'workers', { instanceType: 't4g.small' });
    assert.deepEqual(ofKind(planned(cluster).actions, 'rollBack'), []);
  });

  it('for managers as well', () => {
    const cluster = wholeCluster();
    outdate(cluster, 'managers', { timeout: 600 });
    renewManager(cluster, MANAGER_IPS[2], undefined);
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    changeLaunch(cluster, petSlot(MANAGER_IPS[2]), { launchedAt: NOW - 600_000 });
    assert.equal(halts(cluster)[0]?.halt?.reason, `${M3} not healthy within 600 s`);
  });
});

describe('a roll-out that a person had go on', () => {
  function resumed(at: number): TestCluster {
    const cluster = ill(rolling(undefined), 60 * MINUTE);
    const before = cluster.records.rollouts.get('workers') ?? assert.fail();
    cluster.records.rollouts.set('workers', { ...before, resumedAt: at });
    return cluster;
  }

  it('has its whole time again', () => {
    const timeout = updateOf(resumed(NOW), 'workers').timeout * 1000;
    assert.deepEqual(halts(resumed(NOW - timeout + 1)), []);
    assert.equal(halts(resumed(NOW - timeout)).length, 1);
  });

  it('has failed only by launches that were begun since', () => {
    const failed = { state: 'failed' as const, instanceIds: [], confirmedAt: undefined, failures: 3 };
    const cluster = resumed(NOW - MINUTE);
    changeLaunch(cluster, batchSlot('workers', C), { ...failed, intendedAt: NOW - MINUTE - 1 });
    assert.deepEqual(halts(cluster), []);
    changeLaunch(cluster, batchSlot('workers', C), { ...failed, intendedAt: NOW - MINUTE });
    const [record] = halts(cluster);
    assert.ok(record);
    assert.equal(record.resumedAt, undefined, 'another halt takes another decision');
  });
});
