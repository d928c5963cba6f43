import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import {
  answered,
  CLUSTER_ID,
  emptyCluster,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  NOW,
  occupy,
  probeOf,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, ofKind, planned, remember, rules } from './planned.ts';
import { relist, setState, silence } from './worlds.ts';

const [FIRST, SECOND, THIRD] = MANAGER_IPS;

/** The quorum is lost: the second manager answers alone, and a person had the Swarm go on from it, so long ago. */
function recovering(age: number = LIMITS.recovery, managers: readonly string[] = MANAGER_IPS): TestCluster {
  const cluster = wholeCluster({ managers, workers: 1 });
  cluster.probes = new Map([[M2, answered(probeOf(instanceOf(cluster, M2)))]]);
  for (const { id } of cluster.instances) if (id !== M2) silence(cluster, id);
  cluster.records.recovery = { survivor: SECOND, clusterId: CLUSTER_ID, by: 'ada', requestedAt: NOW - age };
  return cluster;
}

/** The others' machines are gone. */
function alone(managers: readonly string[] = MANAGER_IPS): TestCluster {
  const cluster = recovering(LIMITS.recovery, managers);
  for (const { id, group } of cluster.instances) if (group === 'managers' && id !== M2) terminate(cluster, id);
  return cluster;
}

function mark(cluster: TestCluster, ...logicalIds: readonly string[]): void {
  cluster.volumes = cluster.volumes.map((one) =>
    logicalIds.includes(one.logicalId ?? '') ? { ...one, mark: 'stale' } : one,
  );
}

describe('a recovery', () => {
  it('is looked at again before anything is given up', () => {
    const cluster = recovering(LIMITS.recovery - 1);
    assert.deepEqual(planned(cluster).actions, []);
    assert.equal(heldBy(cluster, 'recovery')?.until, NOW + 1);
  });

  it('ends the other managers’ machines first, and nothing else', () => {
    const { actions } = planned(recovering());
    assert.deepEqual(kinds(actions), ['terminate']);
    assert.deepEqual(ofKind(actions, 'terminate')[0]?.instanceIds, [M1, M3]);
    assert.match(actions[0]?.reason ?? '', new RegExp(`^ada has the Swarm ${CLUSTER_ID} go on from ${SECOND} alone$`));
  });

  it('waits until they are gone: silence is not enough', () => {
    const cluster = alone();
    cluster.instances = cluster.instances.map((one) => (one.id === M3 ? { ...one, state: 'shutting-down' } : one));
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(planned(cluster).waiting, [{ what: `${M3} to be gone`, subject: THIRD }]);
    setState(cluster, M3, 'stopped');
    assert.deepEqual(ofKind(planned(cluster).actions, 'terminate')[0]?.instanceIds, [M3]);
  });

  it('then marks their disks, which holds them back for ever, before it begins anew', () => {
    const cluster = alone();
    const { actions } = planned(cluster);
    assert.deepEqual(
      actions.map((action) => action.kind === 'markVolume' && [action.logicalId, action.mark]),
      [
        [FIRST, 'stale'],
        [THIRD, 'stale'],
      ],
    );
    mark(cluster, FIRST);
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'markVolume').map(({ logicalId }) => logicalId),
      [THIRD],
    );
    assert.ok(!kinds(planned(cluster).actions).includes('forceNewCluster'));
  });

  it('begins anew from the survivor when nothing of the former members can come back', () => {
    const cluster = alone();
    mark(cluster, FIRST, THIRD);
    const [force, ...more] = planned(cluster).actions;
    assert.ok(force?.kind === 'forceNewCluster');
    assert.deepEqual([force.instanceId, force.logicalId, force.clusterId, more], [M2, SECOND, CLUSTER_ID, []]);
  });

  it('goes the same way with managers that are declared no longer, and with disks that were kept of such', () => {
    const FOURTH = '10.42.0.11';
    const dropped = recovering(LIMITS.recovery, [...MANAGER_IPS, FOURTH]);
    redeclare(dropped, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS } });
    assert.deepEqual(ofKind(planned(dropped).actions, 'terminate')[0]?.instanceIds, [M1, M3, instanceId(4)]);
    const gone = alone([...MANAGER_IPS, FOURTH]);
    redeclare(gone, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS } });
    gone.records.launches.delete(`pet/${FOURTH}`);
    mark(gone, FIRST, THIRD);
    gone.volumes = gone.volumes.map((one) => (one.logicalId === FOURTH ? { ...one, mark: 'retired' } : one));
    assert.deepEqual(
      ofKind(planned(gone).actions, 'markVolume').map(({ logicalId }) => logicalId),
      [FOURTH],
    );
  });

  it('leaves machines and disks alone that are no manager’s', () => {
    const cluster = alone([...MANAGER_IPS, '10.42.0.20']);
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS } });
    redeclare(cluster, 'workers', { allocation: { kind: 'logicalIds', logicalIds: ['10.42.0.20'] } });
    mark(cluster, FIRST, THIRD);
    assert.deepEqual(kinds(planned(cluster).actions), ['forceNewCluster']);
  });

  it('does nothing else meanwhile, not even what is always allowed', () => {
    const cluster = recovering(0);
    terminate(cluster, M3);
    remember(cluster, M1, 'silent', LIMITS.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('asks every manager that runs', () => {
    const cluster = recovering();
    cluster.probes = undefined;
    setState(cluster, M3, 'stopped');
    assert.deepEqual(planned(cluster).ask, [M1, M2]);
    assert.deepEqual(planned(cluster).actions, []);
  });
});

describe('a recovery is refused', () => {
  it('with a quorum: it is over, and says whether it is the one that was wanted', () => {
    const cluster = wholeCluster();
    const recovery = { survivor: SECOND, clusterId: CLUSTER_ID, by: 'ada', requestedAt: 0 };
    cluster.records.recovery = recovery;
    const [close, ...more] = planned(cluster).actions;
    assert.deepEqual([close?.kind, more], ['closeRecovery', []]);
    assert.match(close?.reason ?? '', /nothing was given up/);

    const single = emptyCluster({ managers: [SECOND], workers: 0 });
    occupy(single, SECOND, M2);
    relist(single, (node) => node);
    single.records.recovery = recovery;
    assert.match(planned(single).actions[0]?.reason ?? '', new RegExp(`goes on from ${SECOND}$`));
    single.records.recovery = { ...recovery, survivor: FIRST };
    assert.match(planned(single).actions[0]?.reason ?? '', /nothing was given up/);
  });

  it('when the survivor does not answer, or holds no state', () => {
    const mute = recovering();
    silence(mute, M2);
    const blank = recovering();
    blank.probes?.set(M2, answered(probeOf(instanceOf(blank, M2), { raftState: 'none' })));
    for (const [cluster, what] of [
      [mute, /does not answer/],
      [blank, /holds no Raft state/],
    ] as const) {
      assert.deepEqual(planned(cluster).actions, []);
      assert.match(heldBy(cluster, 'recovery')?.reason ?? '', what);
    }
  });

  it('when the survivor has no machine, or is not declared', () => {
    const gone = alone();
    terminate(gone, M2);
    const undeclared = alone();
    redeclare(undeclared, 'managers', { allocation: { kind: 'logicalIds', logicalIds: [FIRST, THIRD] } });
    for (const cluster of [gone, undeclared]) {
      assert.deepEqual(planned(cluster).actions, []);
      assert.match(heldBy(cluster, 'recovery')?.reason ?? '', /no machine to go on from; recover from another manager/);
    }
  });

  it('when it is another Swarm than was confirmed, or there are two', () => {
    const other = recovering();
    const { recovery } = other.records;
    other.records.recovery = { ...(recovery ?? assert.fail()), clusterId: 'another' };
    const split = recovering();
    split.probes?.set(M3, answered(probeOf(instanceOf(split, M3), { engine: { clusterId: 'another' } })));
    for (const cluster of [other, split]) {
      assert.deepEqual(planned(cluster).actions, []);
      assert.deepEqual(rules(cluster), ['recovery']);
      assert.match(heldBy(cluster, 'recovery')?.reason ?? '', /nothing is done/);
    }
  });

  it('not because engines that are down can’t tell which Swarm it was: the disk says that there is one', () => {
    const cluster = recovering();
    cluster.probes?.set(M2, answered({ ...probeOf(instanceOf(cluster, M2)), engine: { state: 'down' } }));
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
  });
});
