import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  instanceId,
  MANAGER_IPS,
  MINUTE,
  nodeIdOf,
  nodesOf,
  probeAll,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, marksOf, ofKind, planned, remember } from './planned.ts';
import { down, ledBy, outdate, relist, setState, silence } from './worlds.ts';

const [FOURTH, FIFTH] = ['10.42.0.11', '10.42.1.11'];
const FIVE = [...MANAGER_IPS, FOURTH, FIFTH];
const [M4, M5] = [instanceId(4), instanceId(5)];

/** Five managers, of which only these are declared still. */
function shrunk(declared: readonly string[] = MANAGER_IPS): TestCluster {
  const cluster = wholeCluster({ managers: FIVE, workers: 0 });
  redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: declared } });
  return cluster;
}

describe('managers that are declared no longer', () => {
  it('are taken away one after the other, from the last address on', () => {
    assert.deepEqual(marksOf(planned(shrunk()).actions), [`${M5} leaving`]);
    assert.equal(planned(shrunk()).actions.length, 1);
  });

  it('are drained, demoted and removed by the leader, in this order', () => {
    const cluster = shrunk();
    remember(cluster, M5, 'leaving');
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['drainNode', 'demoteNode', 'removeNode']);
    for (const action of actions) {
      assert.ok(action.kind === 'drainNode' || action.kind === 'demoteNode' || action.kind === 'removeNode');
      assert.deepEqual([action.nodeId, action.via], [nodeIdOf(M5), M1]);
    }
  });

  it('are not drained for longer than a drain may take, nor where there is no engine to drain', () => {
    const cluster = shrunk();
    remember(cluster, M5, 'leaving', LIMITS.drain);
    assert.deepEqual(kinds(planned(cluster).actions), ['demoteNode', 'removeNode']);
    remember(cluster, M5, 'leaving');
    relist(cluster, (node) => (node.hostname === M5 ? { ...node, state: 'down' } : node));
    assert.ok(!kinds(planned(cluster).actions).includes('drainNode'));
  });

  it('have their machine ended only when the Swarm knows them no more', () => {
    const cluster = shrunk();
    remember(cluster, M5, 'leaving', MINUTE);
    relist(cluster, (node) => (node.hostname === M5 ? undefined : node));
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['terminate']);
    assert.deepEqual(ofKind(actions, 'terminate')[0]?.instanceIds, [M5]);
    cluster.records.suspicions.clear();
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate'], 'also when somebody else removed them');
    setState(cluster, M5, 'shutting-down');
    assert.deepEqual(ofKind(planned(cluster).actions, 'terminate'), []);
    assert.deepEqual(
      planned(cluster).waiting.map(({ what }) => what),
      [`${M5} to be gone`],
    );
  });

  it('keep their disk, which is marked as soon as it is free', () => {
    const cluster = shrunk(FIVE.slice(0, 4));
    relist(cluster, (node) => (node.hostname === M5 ? undefined : node));
    terminate(cluster, M5);
    const [mark, ...more] = planned(cluster).actions;
    assert.ok(mark?.kind === 'markVolume');
    assert.deepEqual([mark.volumeId, mark.logicalId, mark.mark, more], [`vol-${FIFTH}`, FIFTH, 'retired', []]);
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === FIFTH ? { ...one, mark: 'retired' } : one));
    assert.deepEqual(planned(cluster).actions, [], 'once');
    const free = cluster.volumes;
    for (const change of [{ attachedTo: M4 }, { state: 'in-use' as const }, { logicalId: 'other' }]) {
      cluster.volumes = free.map((one) => (one.id === `vol-${FIFTH}` ? { ...one, mark: undefined, ...change } : one));
      assert.deepEqual(ofKind(planned(cluster).actions, 'markVolume'), []);
    }
  });

  it('wait until every other manager is healthy', () => {
    const mute = shrunk();
    silence(mute, M2);
    assert.deepEqual(planned(mute).actions, []);
    assert.equal(heldBy(mute, 'retirement')?.subject, FIFTH);
    const cluster = shrunk();
    relist(cluster, (node) => (node.hostname === M2 ? down(node) : node));
    assert.ok(!marksOf(planned(cluster).actions).some((mark) => mark.endsWith('leaving')));
    assert.match(heldBy(cluster, 'retirement')?.reason ?? '', /while another manager is unwell/);
    const alsoGoing = shrunk();
    relist(alsoGoing, (node) => (node.hostname === M4 ? down(node) : node));
    assert.ok(!marksOf(planned(alsoGoing).actions).some((mark) => mark.endsWith('leaving')));
    assert.equal(heldBy(alsoGoing, 'retirement')?.subject, FIFTH);
  });

  it('go all the same when they are the unwell one themselves', () => {
    const cluster = shrunk();
    remember(cluster, M5, 'leaving');
    relist(cluster, (node) => (node.hostname === M5 ? down(node) : node));
    assert.deepEqual(kinds(planned(cluster).actions).slice(-2), ['demoteNode', 'removeNode']);
  });

  it('go first when their machine is gone, whatever else is amiss: a dead voter only weighs on the quorum', () => {
    for (const dead of [M4, M5]) {
      for (const unwell of [M3, undefined]) {
        const cluster = shrunk();
        const nodes = nodesOf(cluster).map((node) =>
          node.hostname === dead || node.hostname === unwell ? down(node) : node,
        );
        terminate(cluster, dead);
        probeAll(cluster, nodes);
        const removals = planned(cluster).actions.filter(({ kind }) => kind !== 'suspect');
        assert.deepEqual(kinds(removals), ['demoteNode', 'removeNode']);
        assert.equal(ofKind(removals, 'removeNode')[0]?.nodeId, nodeIdOf(dead));
      }
    }
  });

  it('go first when somebody stopped their machine, which is ended then', () => {
    const cluster = shrunk();
    relist(cluster, (node) => (node.hostname === M4 ? down(node) : node));
    setState(cluster, M4, 'stopped');
    assert.deepEqual(kinds(planned(cluster).actions), ['demoteNode', 'removeNode']);
    assert.equal(ofKind(planned(cluster).actions, 'demoteNode')[0]?.nodeId, nodeIdOf(M4));
    relist(cluster, (node) => (node.hostname === M4 ? undefined : node));
    assert.deepEqual(ofKind(planned(cluster).actions, 'terminate')[0]?.instanceIds, [M4]);
  });

  it('go first when another machine stands at their address, or a blank disk: their node can not come back', () => {
    const former = shrunk();
    const nodes = nodesOf(former).map((node) =>
      node.hostname === M4 ? { ...down(node), hostname: 'i-former' } : node,
    );
    probeAll(former, nodes);
    assert.equal(marksOf(planned(former).actions).at(-1), `${M4} leaving`);
    remember(former, M4, 'leaving');
    const removals = planned(former).actions.filter(({ kind }) => kind !== 'suspect');
    assert.deepEqual(kinds(removals), ['demoteNode', 'removeNode']);

    const blank = shrunk();
    relist(blank, (node) => (node.hostname === M4 ? down(node) : node));
    assert.equal(heldBy(blank, 'retirement')?.subject, FIFTH, 'it may come back with its disk');
    const answer = blank.probes?.get(M4);
    assert.ok(answer?.kind === 'answered' && answer.probe.engine.state === 'up');
    const engine = { ...answer.probe.engine, localState: 'inactive' as const };
    blank.probes?.set(M4, {
      kind: 'answered',
      probe: { ...answer.probe, raftState: 'none', nodes: undefined, engine },
    });
    assert.deepEqual(marksOf(planned(blank).actions), [`${M4} leaving`]);
  });

  it('wait while a machine is ended, and while a manager is replaced', () => {
    const cluster = shrunk();
    relist(cluster, (node) => (node.hostname === M2 ? down(node) : node));
    silence(cluster, M2);
    remember(cluster, M2, 'silent', LIMITS.suspicion);
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
    assert.equal(heldBy(cluster, 'retirement'), undefined);

    const rolled = shrunk();
    outdate(rolled, 'managers');
    remember(rolled, M2, 'rolling');
    assert.match(heldBy(rolled, 'retirement')?.reason ?? '', new RegExp(`while ${MANAGER_IPS[1]} is replaced`));
    assert.deepEqual(marksOf(planned(rolled).actions), []);
  });

  it('go last when they lead, by the word of another manager', () => {
    const cluster = shrunk(FIVE.slice(1, 4));
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M5} leaving`]);
    const alone = shrunk(FIVE.slice(1));
    remember(alone, M1, 'leaving');
    const [demotion] = ofKind(planned(alone).actions, 'demoteNode');
    assert.deepEqual([demotion?.nodeId, demotion?.via], [nodeIdOf(M1), M2]);
    relist(alone, (node) => ledBy(node, M3));
    assert.equal(ofKind(planned(alone).actions, 'demoteNode')[0]?.via, M3, 'it leads no more');
  });

  it('are no concern of ours where this controller never launched for them', () => {
    const cluster = shrunk(FIVE.slice(0, 4));
    cluster.records.launches.delete(petSlot(FIFTH));
    assert.deepEqual(planned(cluster).actions, []);
    assert.equal(heldBy(cluster, 'undeclared-manager')?.subject, FIFTH);
    assert.equal(heldBy(cluster, 'undeclared')?.subject, M5);
  });

  it('come back with the disk that was kept, when they are declared again', () => {
    const cluster = shrunk(FIVE.slice(0, 4));
    relist(cluster, (node) => (node.hostname === M5 ? undefined : node));
    terminate(cluster, M5);
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === FIFTH ? { ...one, mark: 'retired' } : one));
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: FIVE } });
    const [launch] = ofKind(planned(cluster).actions, 'launch');
    assert.ok(launch?.order.kind === 'pet' && launch.order.volumeId === `vol-${FIFTH}`);
    const newer = { ...(cluster.volumes.at(-1) ?? assert.fail()), id: 'vol-newer', mark: undefined };
    cluster.volumes = [...cluster.volumes, newer];
    const [other] = ofKind(planned(cluster).actions, 'launch');
    assert.ok(other?.order.kind === 'pet' && other.order.volumeId === 'vol-newer', 'a newer disk has the state');
  });
});

describe('a disk that came back with its logical ID', () => {
  function returned(): TestCluster {
    const cluster = wholeCluster({ managers: FIVE, workers: 0 });
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === FIFTH ? { ...one, mark: 'retired' } : one));
    return cluster;
  }

  it('is marked no more when its machine is healthy, once', () => {
    const cluster = returned();
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['unmarkVolume']);
    const [unmark] = ofKind(actions, 'unmarkVolume');
    assert.deepEqual([unmark?.volumeId, unmark?.logicalId], [`vol-${FIFTH}`, FIFTH]);
    cluster.volumes = cluster.volumes.map((one) => ({ ...one, mark: undefined }));
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('keeps its mark as long as its machine is not healthy, nor its own', () => {
    const silent = returned();
    silence(silent, M5);
    const unvoiced = returned();
    relist(unvoiced, (node) => (node.hostname === M5 ? down(node) : node));
    const elsewhere = returned();
    elsewhere.volumes = elsewhere.volumes.map((one) =>
      one.logicalId === FIFTH ? { ...one, attachedTo: undefined, attachment: undefined, state: 'available' } : one,
    );
    const stale = returned();
    stale.volumes = stale.volumes.map((one) => (one.mark === 'retired' ? { ...one, mark: 'stale' } : one));
    for (const cluster of [silent, unvoiced, elsewhere, stale]) {
      assert.deepEqual(ofKind(planned(cluster).actions, 'unmarkVolume'), []);
    }
  });

  it('hides no manager that is declared no longer again: its engine is restarted', () => {
    const cluster = shrunk();
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === FOURTH ? { ...one, mark: 'retired' } : one));
    silence(cluster, M4);
    relist(cluster, (node) => (node.hostname === M4 ? down(node) : node));
    remember(cluster, M4, suspectedAs(cluster, M4), LIMITS.suspicion);
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'restartEngine').map(({ instanceId: id }) => id),
      [M4],
    );
  });
});

/** What a machine is suspected of at first sight. */
function suspectedAs(cluster: TestCluster, id: string): string {
  const [suspect] = ofKind(planned(cluster).actions, 'suspect').filter(({ suspicion }) => suspicion.instanceId === id);
  assert.ok(suspect !== undefined, `${id} is not suspected`);
  return suspect.suspicion.symptom;
}

describe('without a quorum, a manager that is declared no longer', () => {
  /** Three of five are gone, two of them declared no longer; those that are left see no leader. */
  function lost(): TestCluster {
    const cluster = shrunk();
    relist(cluster, (node) => ({ ...node, raft: node.raft && { ...node.raft, leader: false } }));
    for (const id of [M3, M4, M5]) terminate(cluster, id);
    return cluster;
  }

  it('comes back once more, as its vote may be what the quorum lacks', () => {
    const slots = ofKind(planned(lost()).actions, 'launch').map(({ slot }) => slot);
    assert.deepEqual(slots, [MANAGER_IPS[2], FOURTH, FIFTH].map(petSlot));
  });

  it('stays away when its disk is marked: the Swarm had removed it', () => {
    const cluster = lost();
    cluster.volumes = cluster.volumes.map((one) => (one.logicalId === FIFTH ? { ...one, mark: 'retired' } : one));
    const slots = ofKind(planned(cluster).actions, 'launch').map(({ slot }) => slot);
    assert.deepEqual(slots, [MANAGER_IPS[2], FOURTH].map(petSlot));
  });

  it('is not taken away', () => {
    const cluster = shrunk();
    relist(cluster, (node) => ({ ...node, raft: node.raft && { ...node.raft, leader: false } }));
    remember(cluster, M5, 'leaving');
    assert.deepEqual(kinds(planned(cluster).actions), []);
  });
});
