import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  answered,
  blankProbe,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodesOf,
  probeAll,
  probeOf,
  type TestCluster,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, planned, remember, rules } from './planned.ts';
import { silence } from './worlds.ts';

const [, , THIRD] = MANAGER_IPS;

/** The third manager's engine does not answer, and was restarted in vain. */
function deadEngine(symptom: string, probe: { readonly raftState: 'present' | 'none'; readonly certificate: boolean }) {
  const cluster = wholeCluster();
  const nodes = nodesOf(cluster).map((node) =>
    node.hostname === M3 && node.raft !== undefined
      ? { ...node, state: 'down' as const, raft: { ...node.raft, reachability: 'unreachable' as const } }
      : node,
  );
  probeAll(cluster, nodes);
  const dead = {
    ...probeOf(instanceOf(cluster, M3), { raftState: probe.raftState }),
    engine: { state: 'down' as const },
  };
  cluster.probes?.set(M3, answered(probe.certificate ? dead : { ...dead, certificateEnds: undefined }));
  const [since, restartedAt] = [NOW - 5 * MINUTE, NOW - 2 * MINUTE];
  cluster.records.suspicions.set(M3, { instanceId: M3, symptom, since, restartedAt });
  return cluster;
}

describe("a manager's engine that does not start", () => {
  it('is given another machine first', () => {
    for (const probe of [
      { raftState: 'present', certificate: true },
      { raftState: 'none', certificate: false },
    ] as const) {
      assert.ok(kinds(planned(deadEngine('engine-down', probe)).actions).includes('terminate'));
    }
  });

  it('joins anew when a certificate is all that is left on its disk: another machine would do no better', () => {
    const cluster = deadEngine('raft-state', { raftState: 'none', certificate: true });
    assert.deepEqual(kinds(planned(cluster).actions), ['demoteNode', 'removeNode']);
    probeAll(
      cluster,
      nodesOf(cluster).filter(({ hostname }) => hostname !== M3),
    );
    const dead = { ...probeOf(instanceOf(cluster, M3), { raftState: 'none' }), engine: { state: 'down' as const } };
    cluster.probes?.set(M3, answered(dead));
    assert.deepEqual(kinds(planned(cluster).actions), ['leaveSwarm']);
  });

  it('joins anew when two machines in a row could not start it', () => {
    const cluster = deadEngine('raft-state', { raftState: 'present', certificate: true });
    const record = cluster.records.launches.get(petSlot(THIRD));
    assert.ok(record);
    cluster.records.launches.set(petSlot(THIRD), { ...record, failures: 2, confirmedAt: undefined });
    assert.deepEqual(kinds(planned(cluster).actions), ['demoteNode', 'removeNode']);
  });
});

describe('a manager that stands still', () => {
  function silent(): TestCluster {
    const cluster = wholeCluster();
    cluster.probes?.set(M3, { kind: 'silent', why: 'offline', reason: 'its agent is not online' });
    cluster.records.suspicions.set(M3, {
      instanceId: M3,
      symptom: 'silent',
      since: NOW - LIMITS.suspicion,
      restartedAt: undefined,
    });
    return cluster;
  }

  it('is replaced when it never became a member', () => {
    const cluster = silent();
    probeAll(
      cluster,
      nodesOf(cluster).filter(({ hostname }) => hostname !== M3),
    );
    cluster.probes?.set(M3, { kind: 'silent', why: 'offline', reason: 'its agent is not online' });
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
  });

  it('is left alone before there is a Swarm on record, if it was told to begin it, or has the disk of the one that was', () => {
    const cluster = wholeCluster({ workers: 0 });
    for (const id of [M1, M2]) cluster.probes?.set(id, blankProbe(instanceOf(cluster, id)));
    silence(cluster, M3);
    remember(cluster, M3, 'silent', LIMITS.suspicion);
    const genesis = { seed: MANAGER_IPS[2], claimedAt: NOW - MINUTE, clusterId: undefined };
    for (const begunOn of [M3, 'i-that-is-gone']) {
      cluster.records.genesis = { ...genesis, begunOn };
      assert.deepEqual(kinds(planned(cluster).actions), []);
      assert.equal(heldBy(cluster, 'silent')?.subject, MANAGER_IPS[2]);
    }
    for (const other of [genesis, { ...genesis, seed: MANAGER_IPS[0], begunOn: M1 }]) {
      cluster.records.genesis = other;
      assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
    }
  });

  it('is left alone while the list says that it works', () => {
    assert.deepEqual(rules(silent()), ['silent']);
  });

  it('is left alone when nobody answers at all, also before the first Swarm is on record', () => {
    const cluster = silent();
    cluster.records.genesis = undefined;
    for (const { id } of cluster.instances) {
      cluster.probes?.set(id, { kind: 'silent', why: 'offline', reason: 'its agent is not online' });
    }
    assert.deepEqual(kinds(planned(cluster).actions), []);
  });
});

describe('before a Swarm is on record, a manager whose engine does not start', () => {
  /** Restarted in vain long ago; the two others are blank. */
  function unstarted(raftState: 'present' | 'none'): TestCluster {
    const cluster = wholeCluster({ workers: 0 });
    cluster.records.genesis = { seed: MANAGER_IPS[2], claimedAt: NOW - 60 * MINUTE, clusterId: undefined };
    for (const id of [M1, M2]) cluster.probes?.set(id, blankProbe(instanceOf(cluster, id)));
    const probe = { ...probeOf(instanceOf(cluster, M3), { raftState }), engine: { state: 'down' as const } };
    cluster.probes?.set(M3, answered({ ...probe, certificateEnds: undefined }));
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - LIMITS.engine];
    cluster.records.suspicions.set(M3, { instanceId: M3, symptom: 'engine-down', since, restartedAt });
    return cluster;
  }

  it('is replaced where no disk holds the state of one', () => {
    assert.deepEqual(kinds(planned(unstarted('none')).actions), ['terminate']);
  });

  it('is not where one does: it may be the Swarm, and the table refused to note it', () => {
    assert.ok(!kinds(planned(unstarted('present')).actions).includes('terminate'));
  });
});

describe('managers that are declared no longer', () => {
  it('are asked as long as they are there: they may vote still', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'] });
    cluster.committed = { ...wholeCluster().committed };
    cluster.probes = undefined;
    assert.deepEqual(planned(cluster).ask, [1, 2, 3, 4, 5].map(instanceId));
  });

  it('are ended also when somebody stopped their machine', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11'] });
    cluster.committed = { ...wholeCluster().committed };
    const stopped = instanceId(4);
    cluster.instances = cluster.instances.map((one) => (one.id === stopped ? { ...one, state: 'stopped' } : one));
    probeAll(
      cluster,
      nodesOf(cluster).filter(({ hostname }) => hostname !== stopped),
    );
    const ends = planned(cluster).actions.filter((action) => action.kind === 'terminate');
    assert.deepEqual(
      ends.flatMap(({ instanceIds }) => instanceIds),
      [stopped],
    );
  });
});
