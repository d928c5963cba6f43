import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwarmNode } from '../../../lib/observe/observation.ts';
import { leavingOrder } from '../../../lib/plan/leaving-order.ts';
import { swarmView } from '../../../lib/plan/swarm-view.ts';
import {
  addWorker,
  instanceId,
  MINUTE,
  NOW,
  planInput,
  type TestCluster,
  wholeCluster,
  ZONES,
} from '../../support/cluster.ts';
import { ofKind, planned, remember } from './planned.ts';
import { down, outdate, relist } from './worlds.ts';

const [A, B] = ZONES;

/** Workers 1, 2, … in these zones, each a minute younger than the one before. */
function workersIn(...zones: readonly string[]): TestCluster {
  const cluster = wholeCluster({ workers: 0 });
  zones.forEach((zone, index) => {
    addWorker(cluster, instanceId(index + 1 + 0x100), zone, NOW - (60 - index) * MINUTE);
  });
  relist(cluster, (node) => node);
  return cluster;
}

/** Numbers of the workers, in the order in which they would go. */
function order(cluster: TestCluster): number[] {
  const input = planInput(cluster);
  const live = cluster.instances.filter(({ group }) => group === 'workers');
  return leavingOrder(input, swarmView(input), 'workers', live).map(({ id }) => numberOf(id));
}

function numberOf(id: string): number {
  return Number.parseInt(id.slice(2), 16) - 0x100;
}

function list(cluster: TestCluster, number: number, how: (node: SwarmNode) => SwarmNode | undefined): void {
  relist(cluster, (node) => (numberOf(node.hostname) === number ? how(node) : node));
}

describe('of workers that are too many', () => {
  it('the oldest goes first', () => {
    assert.deepEqual(order(workersIn(A, A, A)), [1, 2, 3]);
    const cluster = workersIn(A, A, A);
    cluster.instances.reverse();
    assert.deepEqual(order(cluster), [1, 2, 3]);
  });

  it('of equal age, the one of the lower id', () => {
    const cluster = workersIn(A, A);
    cluster.instances = cluster.instances.map((one) => ({ ...one, launchedAt: NOW })).reverse();
    assert.deepEqual(order(cluster), [1, 2]);
  });

  it('the one with the fewest tasks, before age counts', () => {
    const cluster = workersIn(A, A, A);
    relist(cluster, (node) => ({ ...node, tasks: [5, 7, 2][numberOf(node.hostname) - 1] }));
    assert.deepEqual(order(cluster), [3, 1, 2]);
  });

  it('the one of a former configuration, before tasks count', () => {
    const cluster = workersIn(A, A);
    outdate(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) =>
      numberOf(one.id) === 1 ? { ...one, configHash: undefined } : one,
    );
    list(cluster, 2, (node) => ({ ...node, tasks: 9 }));
    assert.deepEqual(order(cluster), [2, 1]);
  });

  it('one of the fullest zone, before the configuration counts, and so on until the zones are even', () => {
    assert.deepEqual(order(workersIn(A, B, B, B)), [2, 3, 1, 4]);
    const cluster = workersIn(A, B, B);
    outdate(cluster, 'workers');
    cluster.instances = cluster.instances.map((one) => (one.zone === B ? { ...one, configHash: undefined } : one));
    assert.deepEqual(order(cluster)[0], 2);
  });

  it('one that is drained already, before the zone counts', () => {
    const cluster = workersIn(A, B, B);
    list(cluster, 1, (node) => ({ ...node, availability: 'drain' }));
    assert.deepEqual(order(cluster), [1, 2, 3]);
  });

  it('one that does not work, before all others', () => {
    const cluster = workersIn(A, B, B, B);
    list(cluster, 2, (node) => ({ ...node, availability: 'drain' }));
    for (const how of [down, () => undefined]) {
      list(cluster, 1, how);
      assert.equal(order(cluster)[0], 1);
    }
  });

  it('by zone and age alone, where the Swarm can’t be asked', () => {
    const cluster = workersIn(A, B, B);
    list(cluster, 1, down);
    cluster.probes = undefined;
    assert.deepEqual(order(cluster), [2, 1, 3]);
  });

  it('those whose removal was begun, whatever their worth', () => {
    const cluster = workersIn(A, A, A);
    const allocation = { kind: 'size' as const, size: 2 };
    const { groups } = cluster.committed.spec;
    const workers = { ...(groups['workers'] ?? assert.fail()), allocation };
    cluster.committed = { ...cluster.committed, spec: { ...cluster.committed.spec, groups: { ...groups, workers } } };
    remember(cluster, instanceId(3 + 0x100), 'leaving');
    const drains = ofKind(planned(cluster).actions, 'drainNode').map(({ nodeId }) => nodeId);
    assert.deepEqual(drains, ['node-0103']);
  });
});
