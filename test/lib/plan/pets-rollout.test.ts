import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  answered,
  declaredHash,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodeIdOf,
  probeOf,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, marksOf, ofKind, planned, remember } from './planned.ts';
import { down, ledBy, outdate, relist, renewManager, silence } from './worlds.ts';

const [, SECOND, THIRD] = MANAGER_IPS;
const FIVE = [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'];

/** Managers of a former configuration; the first leads. */
function rolled(managers: readonly string[] = MANAGER_IPS): TestCluster {
  const cluster = wholeCluster({ managers, workers: 0 });
  outdate(cluster, 'managers', { healthySeconds: 30 });
  return cluster;
}

/** The second manager is to be replaced: it was begun so long ago. */
function begun(age: number, how: (node: SwarmNode) => SwarmNode = (node) => node): TestCluster {
  const cluster = rolled();
  remember(cluster, M2, 'rolling', age);
  relist(cluster, (node) => (node.hostname === M2 ? how(node) : node));
  return cluster;
}

function stopped(cluster: TestCluster, id: string): TestCluster {
  cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), engine: { state: 'down' } }));
  return cluster;
}

describe('managers of a former configuration are replaced', () => {
  it('one at a time, the followers first', () => {
    const { actions } = planned(rolled());
    assert.deepEqual(marksOf(actions), [`${M2} rolling`]);
    assert.equal(actions.length, 1);
    const cluster = rolled();
    relist(cluster, (node) => ledBy(node, M2));
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M1} rolling`]);
  });

  it('drained and stopped first, by the leader', () => {
    const cluster = begun(0);
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['drainNode', 'stopEngine']);
    const [drain] = ofKind(actions, 'drainNode');
    assert.deepEqual([drain?.nodeId, drain?.via], [nodeIdOf(M2), M1]);
    const [stop] = ofKind(actions, 'stopEngine');
    assert.deepEqual([stop?.instanceId, stop?.nodeId], [M2, nodeIdOf(M2)]);
  });

  it('not before the tasks have left, or the time for it is over', () => {
    const full = (age: number) => planned(begun(age, (node) => ({ ...node, availability: 'drain', tasks: 1 }))).actions;
    assert.deepEqual(kinds(full(LIMITS.drain - 1)), ['drainNode', 'stopEngine']);
    assert.deepEqual(kinds(full(LIMITS.drain)), ['stopEngine']);
    const empty = begun(0, (node) => ({ ...node, availability: 'drain', tasks: 0 }));
    assert.deepEqual(kinds(planned(empty).actions), ['stopEngine']);
    const idle = begun(0, (node) => ({ ...node, tasks: 0 }));
    assert.deepEqual(kinds(planned(idle).actions), ['drainNode', 'stopEngine'], 'it could be given some yet');
  });

  it('after a shorter time where nobody counts the tasks', () => {
    const uncounted = (age: number) => planned(begun(age, (node) => ({ ...node, availability: 'drain' }))).actions;
    assert.deepEqual(kinds(uncounted(LIMITS.drainUncounted - 1)), ['drainNode', 'stopEngine']);
    assert.deepEqual(kinds(uncounted(LIMITS.drainUncounted)), ['stopEngine']);
  });

  it("by the leader's count of the tasks, whoever's list is believed", () => {
    const cluster = begun(0);
    relist(cluster, (node) => ({ ...ledBy(node, M3), availability: node.hostname === M2 ? 'drain' : 'active' }));
    stopped(cluster, M2);
    assert.deepEqual(kinds(planned(cluster).actions), ['drainNode', 'stopEngine'], 'nobody has counted');
    const leader = cluster.probes?.get(M3);
    assert.ok(leader?.kind === 'answered');
    const nodes = leader.probe.nodes?.map((node) => ({ ...node, tasks: 0 }));
    cluster.probes?.set(M3, answered({ ...leader.probe, nodes }));
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
  });

  it('ended once the engine is seen stopped', () => {
    const cluster = stopped(begun(MINUTE, down), M2);
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['terminate']);
    assert.deepEqual(ofKind(actions, 'terminate')[0]?.instanceIds, [M2]);
  });

  it('drained and stopped as well where a new leader has not heard of it yet', () => {
    const unheard = (node: SwarmNode): SwarmNode => ({ ...node, state: 'unknown' });
    assert.deepEqual(kinds(planned(begun(0, unheard)).actions), ['drainNode', 'stopEngine']);
    assert.deepEqual(kinds(planned(begun(LIMITS.drain, unheard)).actions), ['stopEngine']);
  });

  it('ended without a stop where the machine has no vote to give back', () => {
    const cluster = begun(MINUTE, down);
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
  });

  it('the next one only when the last has been healthy for long enough', () => {
    const cluster = rolled();
    renewManager(cluster, SECOND, 29_999);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(planned(cluster).waiting, [
      { what: 'a replaced machine to have been healthy for long enough', subject: SECOND },
    ]);
    cluster.now += 1;
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M3} rolling`]);
    renewManager(cluster, SECOND, undefined);
    assert.deepEqual(marksOf(planned(cluster).actions), []);
  });

  it('not while another manager is unwell, nor while a voter that nobody declared is', () => {
    const cluster = rolled();
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M3} unreachable`]);
    assert.match(heldBy(cluster, 'rollout')?.reason ?? '', new RegExp(`${THIRD}.*unwell`));

    const mute = rolled();
    silence(mute, M3);
    assert.deepEqual(planned(mute).actions, []);
    assert.match(heldBy(mute, 'rollout')?.reason ?? '', new RegExp(`${THIRD}.*unwell`));

    const visited = wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11'], workers: 0 });
    const stranger = visited.instances.find(({ logicalId }) => logicalId === '10.42.0.11')?.id;
    outdate(visited, 'managers');
    redeclare(visited, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS } });
    visited.records.launches.delete(petSlot('10.42.0.11'));
    relist(visited, (node) => (node.hostname === stranger ? down(node) : node));
    assert.deepEqual(planned(visited).actions, []);
    assert.match(heldBy(visited, 'rollout')?.reason ?? '', new RegExp(nodeIdOf(stranger ?? '')));
  });

  it('not the next step of one that was begun either, while another is unwell', () => {
    const cluster = begun(MINUTE);
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    assert.deepEqual(kinds(planned(cluster).actions), ['absolve', 'suspect']);
    assert.ok(heldBy(cluster, 'rollout'));
  });

  it('not while another machine is ended', () => {
    const cluster = rolled(FIVE);
    const fourth = instanceId(4);
    relist(cluster, (node) => (node.hostname === fourth ? down(node) : node));
    cluster.probes?.set(fourth, { kind: 'silent', why: 'timeout', reason: 'no answer' });
    remember(cluster, fourth, 'silent', LIMITS.suspicion);
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
    assert.equal(heldBy(cluster, 'rollout'), undefined);
  });

  it('not while one that is declared no longer is taken away', () => {
    const cluster = rolled(FIVE);
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: FIVE.slice(0, 4) } });
    assert.deepEqual(marksOf(planned(cluster).actions), [`${instanceId(5)} leaving`]);
    assert.match(heldBy(cluster, 'rollout')?.reason ?? '', /10\.42\.1\.11 is taken away/);
  });

  it('not at all while the roll-out is halted', () => {
    const cluster = rolled();
    const before = cluster.records.rollouts.get('managers') ?? assert.fail();
    const halt = { hash: declaredHash(cluster, 'managers'), by: 'ada', reason: 'it leaks', at: NOW };
    cluster.records.rollouts.set('managers', { ...before, halt });
    assert.deepEqual(planned(cluster).actions, []);
    assert.match(heldBy(cluster, 'rollout-halted')?.reason ?? '', /^3 of 3 .* halted by ada: it leaks$/);
  });

  it('never where the others are no majority: that is said, with what to do', () => {
    for (const [managers, what] of [
      [MANAGER_IPS.slice(0, 1), /^the only manager .* declare three, or end i-\w+1 by hand$/],
      [MANAGER_IPS.slice(0, 2), /^one of two managers /],
    ] as const) {
      const cluster = rolled(managers);
      assert.deepEqual(planned(cluster).actions, []);
      assert.match(heldBy(cluster, 'no-majority-without-it')?.reason ?? '', what);
    }
  });
});

describe('a leader of a former configuration', () => {
  /** All but the leader are replaced. */
  function leaderLeft(): TestCluster {
    const cluster = rolled();
    for (const ip of [SECOND, THIRD]) renewManager(cluster, ip, MINUTE);
    return cluster;
  }

  it('hands over when no other command of the pass needs a leader', () => {
    const cluster = wholeCluster({ workers: 3 });
    outdate(cluster, 'managers', { healthySeconds: 30 });
    for (const address of [SECOND, THIRD]) renewManager(cluster, address, MINUTE);
    const kindsOf = () => kinds(planned(cluster).actions);
    assert.ok(kindsOf().includes('demoteNode'));
    redeclare(cluster, 'workers', { allocation: { kind: 'size', size: 2 } });
    for (const { id, group } of cluster.instances) if (group === 'workers') remember(cluster, id, 'leaving');
    assert.ok(kindsOf().includes('removeNode') && !kindsOf().includes('demoteNode'), kindsOf().join());
  });

  it('hands over last, by the word of another manager, and that is remembered first', () => {
    const { actions } = planned(leaderLeft());
    assert.deepEqual(kinds(actions), ['suspect', 'demoteNode']);
    assert.deepEqual(marksOf(actions), [`${M1} handed-over`]);
    const [demotion] = ofKind(actions, 'demoteNode');
    assert.deepEqual([demotion?.nodeId, demotion?.via], [nodeIdOf(M1), M2]);
  });

  it('becomes a manager again, before anything else is done', () => {
    const cluster = leaderLeft();
    remember(cluster, M1, 'handed-over');
    relist(cluster, (node) => (node.hostname === M1 ? { ...node, role: 'worker', raft: undefined } : ledBy(node, M2)));
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['promoteNode']);
    assert.equal(ofKind(actions, 'promoteNode')[0]?.nodeId, nodeIdOf(M1));
  });

  it('is replaced as a follower once the new leader has led for a while', () => {
    const cluster = leaderLeft();
    remember(cluster, M1, 'handed-over', 29_999);
    relist(cluster, (node) => ledBy(node, M2));
    assert.deepEqual(planned(cluster).actions, []);
    assert.equal(heldBy(cluster, 'rollout')?.until, NOW + 1);
    cluster.now += 1;
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M1} rolling`]);
  });
});

describe('a manager whose replacement was begun', () => {
  it('is left alone once it has the declared configuration after all, and its drain is ended', () => {
    const cluster = begun(MINUTE, (node) => ({ ...node, availability: 'drain', drainedByUs: true, tasks: 0 }));
    const former = wholeCluster().committed.spec.groups['managers'] ?? assert.fail();
    redeclare(cluster, 'managers', { instanceType: former.instanceType });
    assert.deepEqual(kinds(planned(cluster).actions), ['absolve']);
    cluster.records.suspicions.clear();
    assert.deepEqual(kinds(planned(cluster).actions), ['activateNode']);
  });

  it('comes back at its address with its disk when it is gone', () => {
    const cluster = begun(MINUTE, down);
    terminate(cluster, M2);
    const [launch] = ofKind(planned(cluster).actions, 'launch');
    assert.deepEqual(launch?.order, {
      kind: 'pet',
      logicalId: SECOND,
      interfaceId: `eni-${SECOND}`,
      volumeId: `vol-${SECOND}`,
    });
    assert.equal(launch.version, cluster.committed.version);
  });
});
