import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  blankProbe,
  instanceOf,
  launchRecord,
  MANAGER_IPS,
  nodeFor,
  nodeIdOf,
  nodesOf,
  probeAll,
  type TestCluster,
  wholeCluster,
} from '../../support/cluster.ts';
import { heldBy, kinds, M2, M3, ofKind, planned, W1 } from './planned.ts';
import { down } from './worlds.ts';

const [, SECOND] = MANAGER_IPS;

/** The second manager has a blank disk, its former node is listed as down; somebody changed the node of another machine. */
function blankSecond(other: string, how: Partial<SwarmNode>): TestCluster {
  const cluster = wholeCluster();
  probeAll(
    cluster,
    nodesOf(cluster).map((node) =>
      node.hostname === M2 ? down(node) : node.hostname === other ? { ...node, ...how } : node,
    ),
  );
  cluster.probes?.set(M2, blankProbe(instanceOf(cluster, M2)));
  return cluster;
}

function removed(cluster: TestCluster): readonly string[] {
  return ofKind(planned(cluster).actions, 'removeNode').map(({ nodeId }) => nodeId);
}

describe('a node that was given the labels of another machine', () => {
  it('is not taken for the former node of the manager that they name', () => {
    const copied = { logicalId: SECOND };
    assert.deepEqual(removed(blankSecond(W1, copied)), [nodeIdOf(M2)]);
    assert.deepEqual(removed(blankSecond(W1, { ...copied, state: 'down' })), [nodeIdOf(M2)]);
    assert.deepEqual(removed(blankSecond(M3, copied)), [nodeIdOf(M2)]);
  });

  it('is not demoted for it', () => {
    const cluster = blankSecond(M3, { logicalId: SECOND });
    assert.deepEqual(
      ofKind(planned(cluster).actions, 'demoteNode').map(({ nodeId }) => nodeId),
      [nodeIdOf(M2)],
    );
  });

  it('is a manager at its own address all the same', () => {
    for (const logicalId of [SECOND, '10.42.9.9', undefined]) {
      const cluster = wholeCluster();
      probeAll(
        cluster,
        nodesOf(cluster).map((node) => (node.hostname === M3 ? { ...node, logicalId } : node)),
      );
      assert.deepEqual(kinds(planned(cluster).actions), []);
      assert.equal(heldBy(cluster, 'undeclared-manager'), undefined);
    }
  });

  it('is found by its label where the Swarm tells no address of it', () => {
    const cluster = wholeCluster();
    const former = { role: 'worker', raft: undefined, address: '0.0.0.0', state: 'down' } as const;
    probeAll(
      cluster,
      nodesOf(cluster).map((node) => (node.hostname === M2 ? { ...node, ...former } : node)),
    );
    cluster.probes?.set(M2, blankProbe(instanceOf(cluster, M2)));
    assert.deepEqual(removed(cluster), [nodeIdOf(M2)]);
  });
});

describe('a worker at the address of a former manager', () => {
  it('stays', () => {
    const cluster = wholeCluster();
    const machine = instanceOf(cluster, W1);
    const { privateIp = '' } = machine;
    const slot = petSlot(privateIp);
    cluster.records.launches.set(slot, launchRecord(slot, 'managers', ['i-00000000000000099'], 0));
    assert.equal(nodeFor(machine).address, privateIp);
    assert.deepEqual(kinds(planned(cluster).actions), []);
  });
});
