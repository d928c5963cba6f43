import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import {
  answered,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  nodeIdOf,
  nodesOf,
  probeAll,
  probeOf,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, ofKind, planned, remember } from './planned.ts';
import { down, outdate, relist, setState, silence } from './worlds.ts';

const [, , THIRD] = MANAGER_IPS;
const FIVE = [...MANAGER_IPS, '10.42.2.11', '10.42.2.12'];
const [M4, M5] = [instanceId(4), instanceId(5)];

/** Looked broken long ago, and its engine was restarted in vain. */
function restarted(cluster: TestCluster, id: string, symptom: string): void {
  const { now } = cluster;
  const [since, restartedAt] = [now - 10 * MINUTE, now - LIMITS.engine];
  cluster.records.suspicions.set(id, { instanceId: id, symptom, since, restartedAt });
}

/** The engine of this manager does not answer; the others list it so. */
function stop(cluster: TestCluster, ...ids: readonly string[]): void {
  relist(cluster, (node) => (ids.includes(node.hostname) ? down(node) : node));
  for (const id of ids) {
    cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), engine: { state: 'down' } }));
  }
}

/** Its engine is up, and refuses the Raft state on its disk. */
function refuse(cluster: TestCluster, id: string): void {
  const engine = { localState: 'error' as const, controlAvailable: false, clusterId: undefined };
  cluster.probes?.set(id, answered(probeOf(instanceOf(cluster, id), { engine })));
}

describe('a manager whose Raft state is bad', () => {
  function spoilt(): TestCluster {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    refuse(cluster, M3);
    restarted(cluster, M3, 'raft-state');
    return cluster;
  }

  it('is demoted and removed first, while it keeps its state', () => {
    const { actions } = planned(spoilt());
    assert.deepEqual(kinds(actions), ['demoteNode', 'removeNode']);
    assert.deepEqual(
      ofKind(actions, 'demoteNode').map(({ nodeId, via }) => [nodeId, via]),
      [[nodeIdOf(M3), M1]],
    );
  });

  it('gives up its state when the Swarm knows it no more', () => {
    const cluster = spoilt();
    relist(cluster, (node) => (node.hostname === M3 ? undefined : node));
    refuse(cluster, M3);
    const [leave, ...more] = planned(cluster).actions;
    assert.ok(leave?.kind === 'leaveSwarm');
    assert.deepEqual([leave.instanceId, leave.logicalId, more], [M3, THIRD, []]);
  });

  it('keeps its state without a quorum, or while another member is unwell', () => {
    const lost = spoilt();
    silence(lost, M2);
    const unwell = wholeCluster({ managers: FIVE, workers: 0 });
    stop(unwell, M3, M4);
    refuse(unwell, M3);
    restarted(unwell, M3, 'raft-state');
    for (const cluster of [lost, unwell]) {
      const done = kinds(planned(cluster).actions);
      assert.ok(!done.includes('demoteNode') && !done.includes('removeNode') && !done.includes('leaveSwarm'));
    }
    assert.ok(planned(lost).held.some(({ reason }) => /does not join anew: the Swarm has no quorum/.test(reason)));
    assert.match(heldBy(unwell, 'others-unwell')?.reason ?? '', /10\.42\.2\.11 not healthy either/);
  });

  it('does not wait for one whose node is a worker, and which waits for its end', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, '10.42.2.11'], workers: 0 });
    relist(cluster, (node) => {
      if (node.hostname === M4) return { ...node, role: 'worker', raft: undefined };
      return node.hostname === M3 ? down(node) : node;
    });
    refuse(cluster, M3);
    restarted(cluster, M3, 'raft-state');
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['demoteNode', 'removeNode']);
    assert.equal(ofKind(actions, 'demoteNode')[0]?.nodeId, nodeIdOf(M3));
  });

  it('is told that it is unknown, and leaves at once, where it was removed while it runs', () => {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === M3 ? undefined : node));
    remember(cluster, M3, 'unknown-member', LIMITS.suspicion - 1);
    assert.deepEqual(planned(cluster).actions, []);
    cluster.now += 1;
    assert.deepEqual(kinds(planned(cluster).actions), ['leaveSwarm']);
  });

  it('loses no vote as long as the Swarm lists a node of it that works', () => {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === M3 ? { ...node, id: 'another' } : node));
    remember(cluster, M3, 'unknown-member', LIMITS.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
    assert.match(heldBy(cluster, 'former-node')?.reason ?? '', /lists its node another as working/);
    relist(cluster, (node) => (node.hostname === M3 ? down({ ...node, id: 'another' }) : node));
    assert.deepEqual(kinds(planned(cluster).actions), ['demoteNode', 'removeNode']);
  });
});

describe('a manager that was stopped to be replaced', () => {
  function begun(managers: readonly string[] = MANAGER_IPS): TestCluster {
    const cluster = wholeCluster({ managers, workers: 0 });
    outdate(cluster, 'managers');
    remember(cluster, M2, 'rolling', MINUTE);
    stop(cluster, M2);
    return cluster;
  }

  it('is ended, and not repaired', () => {
    assert.deepEqual(kinds(planned(begun()).actions), ['terminate']);
  });

  it('is started again at once where another manager is needed more', () => {
    const cluster = begun(FIVE);
    stop(cluster, M2, M4);
    const { actions } = planned(cluster);
    const [start] = ofKind(actions, 'restartEngine');
    assert.equal(start?.instanceId, M2);
    assert.deepEqual(start.suspicion, {
      instanceId: M2,
      symptom: 'engine-down',
      since: cluster.now,
      restartedAt: cluster.now,
    });
    assert.deepEqual(kinds(actions), ['restartEngine', 'suspect'], 'and the other is looked at again');
  });

  it('is started again without a quorum', () => {
    const cluster = begun();
    terminate(cluster, M3);
    const nodes = nodesOf(cluster).map((node) => (node.hostname === M1 ? node : down(node)));
    cluster.probes?.set(M1, answered(probeOf(instanceOf(cluster, M1), { nodes })));
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'restartEngine').map(({ instanceId: id }) => id),
      [M2],
    );
  });

  it('is started again when the roll-out is halted, or is not wanted any more', () => {
    const cluster = begun();
    cluster.committed = { ...wholeCluster({ workers: 0 }).committed };
    assert.deepEqual(kinds(planned(cluster).actions), ['restartEngine']);
  });

  it('is started again when it is declared no longer: its removal waits until all work', () => {
    const cluster = wholeCluster({ managers: FIVE, workers: 0 });
    outdate(cluster, 'managers');
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: [...MANAGER_IPS] } });
    remember(cluster, M4, 'rolling', MINUTE);
    stop(cluster, M4);
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'restartEngine').map(({ instanceId: id }) => id),
      [M4],
    );
    assert.ok(heldBy(cluster, 'retirement'));
  });

  it('waits while another engine was restarted just now', () => {
    const cluster = begun(FIVE);
    stop(cluster, M2, M4);
    const { now } = cluster;
    cluster.records.suspicions.set(M4, { instanceId: M4, symptom: 'engine-down', since: 0, restartedAt: now });
    assert.deepEqual(ofKind(planned(cluster).actions, 'restartEngine'), []);
    assert.match(
      heldBy(cluster, 'one-at-a-time')?.reason ?? '',
      /not started again: 10\.42\.2\.11 was restarted just now/,
    );
    cluster.now += LIMITS.engine;
    assert.equal(ofKind(planned(cluster).actions, 'restartEngine')[0]?.instanceId, M2);
  });
});

describe('an engine that does not answer is restarted', () => {
  /** All of these are down, and were looked at before. */
  function hung(managers: readonly string[], ...ids: readonly string[]): TestCluster {
    const cluster = wholeCluster({ managers, workers: 0 });
    stop(cluster, ...ids);
    for (const id of ids) remember(cluster, id, 'engine-down', LIMITS.suspicion);
    return cluster;
  }

  function restarts(cluster: TestCluster): string[] {
    return ofKind(planned(cluster).actions, 'restartEngine').map(({ instanceId: id }) => id);
  }

  it('one after the other', () => {
    const cluster = hung(FIVE, M4, M5);
    assert.deepEqual(restarts(cluster), [M4]);
    assert.match(heldBy(cluster, 'one-at-a-time')?.reason ?? '', /something is done to another machine/);
    const { now } = cluster;
    cluster.records.suspicions.set(M4, { instanceId: M4, symptom: 'engine-down', since: 0, restartedAt: now - 1 });
    assert.deepEqual(restarts(cluster), []);
    assert.match(heldBy(cluster, 'one-at-a-time')?.reason ?? '', /was restarted just now/);
    cluster.now += LIMITS.engine - 1;
    assert.deepEqual(restarts(cluster), [M5]);
  });

  it('where it may have its vote, only with all other voters at work', () => {
    const cluster = wholeCluster({ managers: FIVE, workers: 0 });
    cluster.probes?.set(M5, answered({ ...probeOf(instanceOf(cluster, M5)), engine: { state: 'down' } }));
    remember(cluster, M5, 'engine-down', LIMITS.suspicion);
    assert.deepEqual(restarts(cluster), [M5]);
    const nodes = nodesOf(cluster).map((node) => (node.hostname === M4 ? down(node) : node));
    for (const id of [M1, M2, M3]) cluster.probes?.set(id, answered(probeOf(instanceOf(cluster, id), { nodes })));
    silence(cluster, M4);
    assert.deepEqual(restarts(cluster), []);
    assert.match(heldBy(cluster, 'others-unwell')?.reason ?? '', new RegExp(`${nodeIdOf(M4)} has not`));
    const voteless = nodes.map((node) => (node.hostname === M5 ? down(node) : node));
    for (const id of [M1, M2, M3]) {
      cluster.probes?.set(id, answered(probeOf(instanceOf(cluster, id), { nodes: voteless })));
    }
    assert.deepEqual(restarts(cluster), [M5], 'it has none any more');
  });

  it('where it may have its vote, not while the machine of another is gone, although that is listed still', () => {
    const cluster = wholeCluster({ managers: FIVE, workers: 0 });
    const nodes = nodesOf(cluster);
    terminate(cluster, M4);
    probeAll(cluster, nodes);
    cluster.probes?.set(M5, answered({ ...probeOf(instanceOf(cluster, M5)), engine: { state: 'down' } }));
    remember(cluster, M5, 'engine-down', LIMITS.suspicion);
    assert.deepEqual(restarts(cluster), []);
    assert.match(heldBy(cluster, 'others-unwell')?.reason ?? '', /10\.42\.2\.11 has not/);
  });

  it('where nobody can list a node, only when every other manager was heard', () => {
    const cluster = hung(MANAGER_IPS, M1, M2, M3);
    assert.deepEqual(restarts(cluster), [M1]);
    silence(cluster, M2);
    assert.deepEqual(restarts(cluster), []);
    assert.match(heldBy(cluster, 'others-unwell')?.reason ?? '', /10\.42\.1\.10 could not be asked/);
    const booting = { ...probeOf(instanceOf(cluster, M2), { uptimeSeconds: 5 }), boot: { state: 'running' as const } };
    cluster.probes?.set(M2, answered({ ...booting, engine: { state: 'down' } }));
    assert.deepEqual(restarts(cluster), [], 'one that boots may have its vote in a moment');
  });

  it('where nobody can list a node, without one that has no machine and can get none', () => {
    const cluster = hung(MANAGER_IPS, M1, M3);
    terminate(cluster, M2);
    assert.deepEqual(restarts(cluster), [], 'its machine is launched in this pass');
    cluster.volumes = cluster.volumes.filter(({ logicalId }) => logicalId !== MANAGER_IPS[1]);
    remember(cluster, MANAGER_IPS[1], 'volume-lost', LIMITS.volumeLost);
    assert.deepEqual(restarts(cluster), [M1]);
  });

  it('where nobody can list a node, without one that is stopped, and one whose disk is lost: they have no vote', () => {
    const stopped = hung(MANAGER_IPS, M1, M3);
    silence(stopped, M2);
    assert.deepEqual(restarts(stopped), []);
    setState(stopped, M2, 'stopped');
    const orphan = hung(MANAGER_IPS, M1, M3);
    silence(orphan, M2);
    orphan.volumes = orphan.volumes.filter(({ logicalId }) => logicalId !== MANAGER_IPS[1]);
    remember(orphan, MANAGER_IPS[1], 'volume-lost', LIMITS.volumeLost - 1);
    assert.deepEqual(restarts(orphan), [], 'it is merely not listed');
    remember(orphan, MANAGER_IPS[1], 'volume-lost', LIMITS.volumeLost);
    assert.deepEqual(restarts(orphan), [M1], 'its machine runs and waits for it');
    orphan.records.suspicions.delete(MANAGER_IPS[1]);
    const own = wholeCluster().volumes.find(({ logicalId }) => logicalId === MANAGER_IPS[1]) ?? assert.fail();
    const other = { ...own, id: 'vol-new', attachedTo: undefined, state: 'available' as const };
    orphan.volumes = [...orphan.volumes, other];
    assert.deepEqual(restarts(orphan), [M1], 'it runs and waits for it, although there is a new one');
    orphan.volumes = orphan.volumes.map((one) => (one === other ? { ...one, attachedTo: M2 } : one));
    assert.deepEqual(restarts(orphan), []);
  });

  it('not while a machine is ended: its boot failed, and it never had a vote', () => {
    const cluster = hung(MANAGER_IPS, M1, M2, M3);
    const boot = { state: 'failed' as const, reason: 'no space left on device' };
    cluster.probes?.set(M1, answered({ ...probeOf(instanceOf(cluster, M1)), boot, engine: { state: 'down' } }));
    remember(cluster, M1, 'boot-failed', LIMITS.suspicion);
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
    assert.match(heldBy(cluster, 'one-at-a-time')?.reason ?? '', /something is done to another machine/);
  });
});
