import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  instanceId,
  MANAGER_IPS,
  NOW,
  occupy,
  redeclare,
  type TestCluster,
  terminate,
  volume,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, marksOf, ofKind, planned, remember } from './planned.ts';
import { down, relist, silence } from './worlds.ts';

const [FIRST, SECOND, THIRD] = MANAGER_IPS;

function lose(cluster: TestCluster, logicalId: string): void {
  cluster.volumes = cluster.volumes.filter((one) => one.logicalId !== logicalId);
}

/** The third manager's disk has not been listed for so long; its machine is there still, and works. */
function lost(age: number | undefined = LIMITS.volumeLost): TestCluster {
  const cluster = wholeCluster({ workers: 0 });
  lose(cluster, THIRD);
  if (age !== undefined) remember(cluster, THIRD, 'volume-lost', age);
  return cluster;
}

describe('a disk that is not listed', () => {
  it('is remembered first, and looked at again for a while', () => {
    const fresh = wholeCluster({ workers: 0 });
    lose(fresh, THIRD);
    assert.deepEqual(marksOf(planned(fresh).actions), [`${THIRD} volume-lost`]);
    assert.deepEqual(kinds(planned(fresh).actions), ['suspect']);
    const cluster = lost(LIMITS.volumeLost - 1);
    assert.deepEqual(planned(cluster).actions, []);
    assert.equal(heldBy(cluster, 'volume-lost')?.until, NOW + 1);
  });

  it('is forgotten when it is listed again', () => {
    const cluster = wholeCluster({ workers: 0 });
    remember(cluster, THIRD, 'volume-lost', LIMITS.volumeLost);
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['absolve']);
    assert.equal(ofKind(actions, 'absolve')[0]?.instanceId, THIRD);
  });

  it('is lost after that: a new one is made in the zone of its address, under a token that is the same for this loss', () => {
    const [create, ...more] = planned(lost()).actions;
    assert.ok(create?.kind === 'createVolume');
    assert.deepEqual(more, []);
    assert.deepEqual([create.logicalId, create.group, create.zone], [THIRD, 'managers', 'us-east-1c']);
    assert.equal(create.lostVolumeId, `vol-${THIRD}`);
    assert.equal(create.token, ofKind(planned(lost()).actions, 'createVolume')[0]?.token);
    const again = lost();
    const record = again.records.launches.get(petSlot(THIRD)) ?? assert.fail();
    again.records.launches.set(petSlot(THIRD), { ...record, generation: 2 });
    assert.notEqual(ofKind(planned(again).actions, 'createVolume')[0]?.token, create.token, 'another loss');
  });

  it('is not made up for as long as it is merely being deleted, or in error', () => {
    const cluster = wholeCluster({ workers: 0 });
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === THIRD ? { ...one, state: 'deleting' } : one));
    assert.deepEqual(marksOf(planned(cluster).actions), [`${THIRD} volume-lost`], 'that is as good as not listed');
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === THIRD ? { ...one, state: 'error' } : one));
    assert.deepEqual(planned(cluster).actions, []);
    assert.match(heldBy(cluster, 'attachment')?.reason ?? '', /state error/);
  });

  it('is a matter of the deployment where nothing was ever launched with it', () => {
    const cluster = lost();
    cluster.records.launches.delete(petSlot(THIRD));
    terminate(cluster, M3);
    assert.deepEqual(ofKind(planned(cluster).actions, 'createVolume'), []);
    assert.match(heldBy(cluster, 'attachment')?.reason ?? '', /declare another address instead/);
  });

  it('is not replaced when another one is lost as well: that is taken for an error of ours', () => {
    const cluster = lost();
    lose(cluster, SECOND);
    remember(cluster, SECOND, 'volume-lost', LIMITS.volumeLost);
    assert.deepEqual(ofKind(planned(cluster).actions, 'createVolume'), []);
    const reasons = planned(cluster).held.filter(({ rule }) => rule === 'volume-lost');
    assert.deepEqual(
      reasons.map(({ subject }) => subject),
      [SECOND, THIRD],
    );
    assert.match(reasons[1]?.reason ?? '', new RegExp(`so are those of ${SECOND}; several at once`));
  });

  it('is not replaced without a quorum: that is a person’s decision', () => {
    const cluster = lost();
    silence(cluster, M1);
    silence(cluster, M2);
    assert.deepEqual(ofKind(planned(cluster).actions, 'createVolume'), []);
    assert.match(heldBy(cluster, 'volume-lost')?.reason ?? '', /shows no quorum.*everswarm recover/);
  });

  it('is not replaced while another manager is unwell, but whatever becomes of its own', () => {
    const cluster = lost();
    relist(cluster, (node) => (node.hostname === M2 ? down(node) : node));
    assert.deepEqual(ofKind(planned(cluster).actions, 'createVolume'), []);
    assert.match(heldBy(cluster, 'volume-lost')?.reason ?? '', /unwell: broken members are repaired first/);
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    assert.equal(ofKind(planned(cluster).actions, 'createVolume').length, 1);
  });

  it('of a worker is replaced without asking the Swarm', () => {
    const cluster = lost();
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: [FIRST, SECOND] } });
    redeclare(cluster, 'workers', { allocation: { kind: 'logicalIds', logicalIds: [THIRD] } });
    cluster.probes = undefined;
    assert.equal(ofKind(planned(cluster).actions, 'createVolume')[0]?.group, 'workers');
  });
});

describe('a machine whose logical ID has another disk now', () => {
  function replaced(): TestCluster {
    const cluster = lost();
    cluster.records.suspicions.clear();
    cluster.volumes = [...cluster.volumes, { ...volume(THIRD), id: 'vol-new' }];
    return cluster;
  }

  it('is ended: it waits for one that never comes back', () => {
    const { actions } = planned(replaced());
    const ends = ofKind(actions, 'terminate');
    assert.deepEqual(
      ends.map(({ instanceIds }) => instanceIds),
      [[M3]],
    );
    assert.deepEqual(ofKind(actions, 'attachVolume'), []);
  });

  it('is left alone without a quorum', () => {
    const cluster = replaced();
    silence(cluster, M1);
    silence(cluster, M2);
    assert.deepEqual(ofKind(planned(cluster).actions, 'terminate'), []);
    assert.match(heldBy(cluster, 'volume-lost')?.reason ?? '', /shows no quorum/);
  });

  it('makes room for one that is launched with the new disk', () => {
    const cluster = replaced();
    terminate(cluster, M3);
    const [launch] = ofKind(planned(cluster).actions, 'launch');
    assert.ok(launch?.order.kind === 'pet' && launch.order.volumeId === 'vol-new');
  });

  it('is given the disk where it was launched for it, or nobody knows for which', () => {
    const cluster = replaced();
    const record = cluster.records.launches.get(petSlot(THIRD)) ?? assert.fail();
    for (const volumeId of ['vol-new', undefined]) {
      const placement = { kind: 'interface' as const, interfaceId: `eni-${THIRD}`, volumeId };
      cluster.records.launches.set(petSlot(THIRD), { ...record, request: { ...record.request, placement } });
      const [attach] = ofKind(planned(cluster).actions, 'attachVolume');
      assert.deepEqual([attach?.instanceId, attach?.volumeId], [M3, 'vol-new']);
    }
    const other = replaced();
    const launches = other.records.launches.get(petSlot(THIRD)) ?? assert.fail();
    terminate(other, M3);
    occupy(other, THIRD, instanceId(9));
    other.volumes = other.volumes.map((one) =>
      one.id === 'vol-new' ? { ...one, state: 'available', attachedTo: undefined } : one,
    );
    other.records.launches.set(petSlot(THIRD), launches);
    const [attach] = ofKind(planned(other).actions, 'attachVolume');
    assert.equal(attach?.instanceId, instanceId(9), 'it is not of that launch');
  });
});

describe('a disk that a recovery marked as stale', () => {
  function stale(): TestCluster {
    const cluster = wholeCluster({ workers: 0 });
    terminate(cluster, M3);
    relist(cluster, (node) => node);
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === THIRD ? { ...one, mark: 'stale' } : one));
    return cluster;
  }

  it('is made up for at once, also where there are several: they are known to be there', () => {
    const [create] = ofKind(planned(stale()).actions, 'createVolume');
    assert.deepEqual([create?.logicalId, create?.lostVolumeId], [THIRD, undefined]);
    assert.deepEqual(ofKind(planned(stale()).actions, 'launch'), [], 'nothing is launched with it');
    const cluster = stale();
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === SECOND ? { ...one, mark: 'stale' } : one));
    terminate(cluster, M2);
    relist(cluster, (node) => node);
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'createVolume').map(({ logicalId }) => logicalId),
      [SECOND, THIRD],
    );
  });

  it('does not count as a second loss beside one that is not listed', () => {
    const cluster = stale();
    lose(cluster, SECOND);
    remember(cluster, SECOND, 'volume-lost', LIMITS.volumeLost);
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'createVolume').map(({ logicalId }) => logicalId),
      [SECOND, THIRD],
    );
  });
});
