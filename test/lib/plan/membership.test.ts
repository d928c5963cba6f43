import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import {
  blankProbe,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  nodeFor,
  nodeIdOf,
  nodesOf,
  probeAll,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, ofKind, planned, W1, W2 } from './planned.ts';
import { down, relist, silence } from './worlds.ts';

const [FIRST, SECOND, THIRD] = MANAGER_IPS;
const FOURTH = '10.42.2.11';
const M4 = instanceId(4);

/** Four managers are declared, of which these are blank and in no Swarm; the others see these nodes. */
function joining(blank: readonly string[], dead: readonly string[] = []): TestCluster {
  const cluster = wholeCluster({ managers: [...MANAGER_IPS, FOURTH], workers: 0 });
  const nodes = nodesOf(cluster)
    .filter(({ hostname }) => !blank.includes(hostname))
    .map((node) => (dead.includes(node.hostname) ? down(node) : node));
  probeAll(cluster, nodes);
  for (const id of blank) cluster.probes?.set(id, blankProbe(instanceOf(cluster, id)));
  for (const id of dead) silence(cluster, id);
  return cluster;
}

function joined(cluster: TestCluster): (readonly string[])[] {
  return ofKind(planned(cluster).actions, 'join').map(({ instanceIds }) => instanceIds);
}

/** The node of this machine is a worker. */
function demoted(cluster: TestCluster, id: string, also: readonly string[] = []): TestCluster {
  relist(cluster, (node) => {
    if (node.hostname === id) return { ...node, role: 'worker', raft: undefined };
    return also.includes(node.hostname) ? down(node) : node;
  });
  return cluster;
}

describe('a blank manager', () => {
  it('joins at the healthy managers, the leader first', () => {
    const [join, ...more] = planned(joining([M4])).actions;
    assert.ok(join?.kind === 'join');
    assert.deepEqual([join.role, join.instanceIds, join.publisher, more], ['manager', [M4], M1, []]);
    assert.deepEqual(join.managers, [FIRST, SECOND, THIRD]);
  });

  it('joins only when it is on record that there is a Swarm: silent, it would be taken for one that is in none', () => {
    const cluster = joining([M4]);
    const { genesis } = cluster.records;
    cluster.records.genesis = { seed: FIRST, claimedAt: 0, clusterId: undefined, begunOn: M1 };
    assert.deepEqual(kinds(planned(cluster).actions), ['recordGenesis']);
    cluster.records.genesis = genesis;
    assert.deepEqual(kinds(planned(cluster).actions), ['join']);
  });

  it('joins alone: the next waits for the next look', () => {
    assert.deepEqual(joined(joining([M3, M4])), [[M3]]);
  });

  it('joins while a voter is away only where the others are a majority with one more that may fail at once', () => {
    const waiting = joining([M4], [M3]);
    assert.deepEqual(joined(waiting), []);
    assert.ok(planned(waiting).waiting.some(({ subject }) => subject === FOURTH));
    const M6 = instanceId(6);
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, FOURTH, '10.42.2.12', '10.42.2.13'], workers: 0 });
    probeAll(
      cluster,
      nodesOf(cluster).flatMap((node) => (node.hostname === M6 ? [] : node.hostname === M3 ? down(node) : node)),
    );
    cluster.probes?.set(M6, blankProbe(instanceOf(cluster, M6)));
    silence(cluster, M3);
    assert.deepEqual(joined(cluster), [[M6]], 'four of six are a majority still');
  });

  it('gives way to another whose former node is a voter still: that one is demoted and removed first', () => {
    const cluster = joining([M3]);
    const phantom = { ...nodeFor(instanceOf(cluster, M4)), state: 'down' as const };
    probeAll(cluster, [...nodesOf(cluster).filter(({ hostname }) => hostname !== M3 && hostname !== M4), phantom]);
    for (const id of [M3, M4]) cluster.probes?.set(id, blankProbe(instanceOf(cluster, id)));
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['demoteNode', 'removeNode']);
    assert.deepEqual(
      ofKind(actions, 'demoteNode').map(({ nodeId, via }) => [nodeId, via]),
      [[nodeIdOf(M4), M1]],
    );
  });

  it('is removed without a demotion where its former node is a worker', () => {
    const cluster = joining([M4]);
    const former = {
      ...nodeFor(instanceOf(cluster, M4)),
      role: 'worker' as const,
      raft: undefined,
      state: 'down' as const,
    };
    probeAll(cluster, [...nodesOf(cluster).filter(({ hostname }) => hostname !== M4), former]);
    cluster.probes?.set(M4, blankProbe(instanceOf(cluster, M4)));
    assert.deepEqual(kinds(planned(cluster).actions), ['removeNode']);
  });

  it('is waited for where the list says that it has joined just now', () => {
    const cluster = joining([]);
    cluster.probes?.set(M4, blankProbe(instanceOf(cluster, M4)));
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(
      planned(cluster).waiting.map(({ subject }) => subject),
      [FOURTH],
    );
  });
});

describe('a declared manager whose node is a worker', () => {
  it('becomes a manager again', () => {
    const [promotion, ...more] = planned(demoted(wholeCluster(), M3)).actions;
    assert.ok(promotion?.kind === 'promoteNode');
    assert.deepEqual([promotion.nodeId, promotion.via, more], [nodeIdOf(M3), M1, []]);
  });

  it('waits for the end of a former member, which may be what it lacks', () => {
    const cluster = demoted(wholeCluster({ managers: [...MANAGER_IPS, FOURTH], workers: 0 }), M4, [M3]);
    cluster.probes?.set(M3, blankProbe(instanceOf(cluster, M3)));
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['demoteNode', 'removeNode']);
    assert.equal(ofKind(actions, 'demoteNode')[0]?.nodeId, nodeIdOf(M3));
  });

  it('is waited for while it is not ready, or another manager is away', () => {
    const away = demoted(wholeCluster(), M3, [M2]);
    const unready = wholeCluster();
    relist(unready, (node) =>
      node.hostname === M3 ? { ...node, role: 'worker', raft: undefined, state: 'down' } : node,
    );
    for (const cluster of [away, unready]) {
      assert.deepEqual(ofKind(planned(cluster).actions, 'promoteNode'), []);
      assert.ok(planned(cluster).waiting.some(({ subject }) => subject === THIRD));
    }
  });

  it('comes before one that is to join, and one at a time', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, FOURTH], workers: 0 });
    relist(cluster, (node) => {
      if (node.hostname === M4) return undefined;
      return node.hostname === M3 ? { ...node, role: 'worker', raft: undefined } : node;
    });
    cluster.probes?.set(M4, blankProbe(instanceOf(cluster, M4)));
    assert.deepEqual(kinds(planned(cluster).actions), ['promoteNode']);
    relist(cluster, (node) =>
      node.hostname === M3 || node.hostname === M4 ? { ...node, role: 'worker', raft: undefined } : node,
    );
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'promoteNode').map(({ nodeId }) => nodeId),
      [nodeIdOf(M3)],
    );
  });
});

describe('nodes of machines that are gone', () => {
  it('are removed when EC2 calls the machine terminated, or neither EC2 nor the Swarm knows it any more', () => {
    const terminated = wholeCluster();
    const nodes = nodesOf(terminated);
    terminate(terminated, W1);
    probeAll(terminated, nodes);
    const unlisted = wholeCluster();
    unlisted.instances = unlisted.instances.filter(({ id }) => id !== W1);
    probeAll(
      unlisted,
      nodes.map((node) => (node.hostname === W1 ? down(node) : node)),
    );
    for (const cluster of [terminated, unlisted]) {
      const removed = ofKind(planned(cluster).actions, 'removeNode');
      assert.deepEqual(
        removed.map(({ nodeId, via }) => [nodeId, via]),
        [[nodeIdOf(W1), M1]],
      );
    }
  });

  it('stay as long as the machine may be there: down alone, or not listed alone, is not enough', () => {
    const unlisted = wholeCluster();
    const nodes = nodesOf(unlisted);
    unlisted.instances = unlisted.instances.filter(({ id }) => id !== W1);
    probeAll(unlisted, nodes);
    const ill = wholeCluster();
    relist(ill, (node) => (node.hostname === W1 ? down(node) : node));
    for (const cluster of [unlisted, ill]) assert.deepEqual(ofKind(planned(cluster).actions, 'removeNode'), []);
    ill.instances = ill.instances.map((one) => (one.id === W1 ? { ...one, state: 'stopped' } : one));
    assert.equal(ofKind(planned(ill).actions, 'removeNode').length, 1, 'it is stopped, and is down');
  });

  it('are removed when the same machine has joined anew', () => {
    const cluster = wholeCluster();
    const old = { ...down(nodeFor(instanceOf(cluster, W1))), id: 'node-old' };
    probeAll(cluster, [...nodesOf(cluster), old]);
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'removeNode').map(({ nodeId }) => nodeId),
      ['node-old'],
    );
    const both = nodesOf(cluster).map((node) => (node.hostname === W1 ? down(node) : node));
    probeAll(cluster, [...both, old]);
    assert.deepEqual(ofKind(planned(cluster).actions, 'removeNode'), [], 'neither of them works');
  });

  it('are left alone where they are none of ours, or managers that nobody declared', () => {
    const cluster = wholeCluster();
    const laptop = { ...down(nodeFor(instanceOf(cluster, W2))), id: 'node-laptop', hostname: 'laptop' };
    probeAll(cluster, [...nodesOf(cluster), { ...laptop, settings: undefined }]);
    assert.deepEqual(planned(cluster).actions, []);
    const visitor = wholeCluster();
    const third = nodeFor(instanceOf(visitor, M3));
    assert.ok(third.raft);
    const manager = {
      ...third,
      id: 'node-x',
      hostname: instanceId(9),
      logicalId: '10.42.9.9',
      raft: { ...third.raft, address: '10.42.9.9:2377' },
    };
    probeAll(visitor, [...nodesOf(visitor), down(manager)]);
    assert.deepEqual(ofKind(planned(visitor).actions, 'removeNode'), []);
    assert.equal(heldBy(visitor, 'undeclared-manager')?.subject, '10.42.9.9');
  });

  it('are known by our label where their hostname was changed by hand, and go when their address is left', () => {
    const cluster = wholeCluster();
    const [one, other] = [W1, W2].map((id) => nodeFor(instanceOf(cluster, id)));
    assert.ok(one && other);
    const renamed = { ...down(one), id: 'node-renamed', hostname: 'build-box' };
    const nodes = nodesOf(cluster);
    const removed = (...more: SwarmNode[]) => {
      probeAll(cluster, [...nodes.filter(({ hostname }) => hostname !== W1), ...more]);
      return ofKind(planned(cluster).actions, 'removeNode').map(({ nodeId }) => nodeId);
    };
    assert.deepEqual(removed(renamed), [], 'its machine is there, and may come back');
    assert.deepEqual(removed(renamed, one), ['node-renamed'], 'its machine is another node now');
    assert.deepEqual(removed(one, { ...renamed, address: '10.42.7.7' }), ['node-renamed'], 'its machine is gone');
    const former = { ...renamed, logicalId: MANAGER_IPS[1], address: MANAGER_IPS[1] ?? '' };
    assert.deepEqual(removed(one, former), ['node-renamed'], 'it was a manager, which has joined anew');
    assert.deepEqual(removed(one, { ...renamed, address: '10.42.7.7', state: 'unknown' }), []);
    const gone = { ...renamed, address: '10.42.7.7', settings: undefined };
    assert.deepEqual(removed(one, { ...gone, logicalId: '10.42.9.9' }), ['node-renamed'], 'one of our labels is left');
    assert.deepEqual(removed(one, gone), [], 'it never was ours');
  });

  it('of managers that are declared no longer are dealt with where these are taken away', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, FOURTH] });
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: MANAGER_IPS } });
    demoted(cluster, M4);
    const nodes = nodesOf(cluster).map((node) =>
      node.hostname === M4 ? { ...node, role: 'worker' as const, raft: undefined } : node,
    );
    terminate(cluster, M4);
    probeAll(cluster, nodes);
    assert.deepEqual(kinds(planned(cluster).actions), ['removeNode'], 'once');
  });
});
