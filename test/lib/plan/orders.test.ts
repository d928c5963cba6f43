import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { MachineOrder } from '../../../lib/plan/records.ts';
import { isLive } from '../../../lib/plan/world.ts';
import {
  declaredHash,
  MANAGER_IPS,
  MINUTE,
  nodesOf,
  probeAll,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { converge } from '../../support/cluster-loop.ts';
import { wholeModel } from '../../support/cluster-model.ts';
import { heldBy, kinds, M1, M2, M3, marksOf, ofKind, planned, remember, W1, W2 } from './planned.ts';
import { down, ledBy, outdate, relist } from './worlds.ts';

function order(cluster: TestCluster, instanceId: string, what: MachineOrder['what'] = 'replace'): void {
  cluster.records.orders.set(instanceId, { instanceId, what, by: 'ana', reason: 'noise', at: cluster.now });
}

describe('an order to replace a machine', () => {
  it('comes to its end with any machine, one voter away at most, and is forgotten then', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (which, workers) => {
        const model = wholeModel({ workers });
        const { cluster } = model;
        const machines = cluster.instances.filter(isLive);
        const machine = machines[which % machines.length];
        assert.ok(machine);
        order(cluster, machine.id);
        let fewest = machines.length;
        const story = converge(model, {
          check({ nodes, cluster: now }) {
            const away = nodes.filter(({ raft, state }) => raft !== undefined && state !== 'ready');
            assert.ok(away.length <= 1);
            const working = nodes.filter(({ role, state }) => role === 'worker' && state === 'ready').length;
            if (machine.group === 'workers') assert.ok(working >= workers, 'a successor comes first');
            fewest = Math.min(fewest, now.instances.filter(isLive).length);
          },
        });
        assert.deepEqual(story.last.actions, []);
        const live = cluster.instances.filter(isLive);
        assert.equal(live.length, machines.length);
        assert.ok(!live.some(({ id }) => id === machine.id));
        assert.ok(live.some(({ logicalId, group }) => logicalId === machine.logicalId && group === machine.group));
        assert.equal(cluster.records.orders.size, 0);
        assert.ok(fewest >= machines.length - (machine.logicalId === undefined ? 0 : 1));
      }),
      { numRuns: 25 },
    );
  });

  it('is carried out of several managers one after the other', () => {
    const model = wholeModel({ workers: 1 });
    for (const id of [M1, M2, M3]) order(model.cluster, id);
    const story = converge(model, {
      check: ({ nodes }) => {
        assert.ok(nodes.filter(({ raft, state }) => raft !== undefined && state !== 'ready').length <= 1);
      },
    });
    assert.deepEqual(story.last.actions, []);
    assert.deepEqual(
      model.cluster.instances.filter((one) => isLive(one) && [M1, M2, M3].includes(one.id)),
      [],
    );
  });

  it('waits while another manager is unwell, and says so', () => {
    const cluster = wholeCluster();
    order(cluster, M3);
    relist(cluster, (node) => (node.hostname === M2 ? down(node) : node));
    assert.match(heldBy(cluster, 'rollout')?.reason ?? '', /unwell/);
    assert.ok(!marksOf(planned(cluster).actions).some((mark) => mark.startsWith(M3)));
  });

  it('is carried out of a manager that does not work itself, with all others healthy', () => {
    const cluster = wholeCluster();
    order(cluster, M3);
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    assert.ok(marksOf(planned(cluster).actions).includes(`${M3} rolling`));
  });

  it('of a leader that does not work, it touches no other', () => {
    const cluster = wholeCluster();
    outdate(cluster, 'managers');
    order(cluster, M1);
    relist(cluster, (node) => {
      if (node.hostname === M1 && node.raft !== undefined) {
        return { ...node, raft: { ...node.raft, reachability: 'unreachable' as const } };
      }
      return node;
    });
    assert.deepEqual(
      marksOf(planned(cluster).actions).filter((mark) => mark.endsWith('rolling')),
      [],
    );
  });

  it('has a leader hand over first', () => {
    const cluster = wholeCluster();
    probeAll(
      cluster,
      nodesOf(cluster).map((node) => ledBy(node, M2)),
    );
    order(cluster, M2);
    assert.deepEqual(kinds(planned(cluster).actions), ['suspect', 'demoteNode']);
  });

  it('goes on where the removal was begun', () => {
    const cluster = wholeCluster();
    order(cluster, M3);
    remember(cluster, M3, 'rolling');
    assert.deepEqual(kinds(planned(cluster).actions), ['drainNode', 'stopEngine']);
    cluster.records.orders.clear();
    assert.deepEqual(kinds(planned(cluster).actions), ['absolve'], 'withdrawn, it works on');
  });

  it('is carried out under a halted roll-out as well, which stays halted', () => {
    const cluster = wholeCluster();
    outdate(cluster, 'managers');
    const halt = { hash: declaredHash(cluster, 'managers'), by: 'bob', reason: 'too slow', at: cluster.now };
    cluster.records.rollouts.set('managers', { group: 'managers', good: undefined, halt, resumedAt: undefined });
    assert.deepEqual(marksOf(planned(cluster).actions), []);
    order(cluster, M3);
    assert.deepEqual(marksOf(planned(cluster).actions), [`${M3} rolling`]);
    assert.match(heldBy(cluster, 'rollout-halted')?.reason ?? '', /3 of 3 .* halted by bob/);
  });

  it('ends a worker that does not work only when the others are enough', () => {
    const cluster = wholeCluster({ workers: 2 });
    order(cluster, W1);
    relist(cluster, (node) => (node.hostname === W1 ? down(node) : node));
    assert.ok(ofKind(planned(cluster).actions, 'launch').length === 1, 'its successor first');
    assert.ok(!marksOf(planned(cluster).actions).includes(`${W1} leaving`));
  });

  it('is forgotten when its machine is gone', () => {
    const cluster = wholeCluster();
    order(cluster, W1);
    order(cluster, 'i-not-listed', 'drain');
    terminate(cluster, W1);
    const closed = () => ofKind(planned(cluster).actions, 'closeOrder').map(({ instanceId }) => instanceId);
    assert.deepEqual(closed(), [W1], 'what is not listed may be gone, or not listed yet');
    cluster.now += 60 * MINUTE;
    assert.deepEqual(closed(), [W1, 'i-not-listed']);
  });
});

describe('an order to drain a machine', () => {
  const availabilityOf = (cluster: TestCluster, id: string, availability: 'active' | 'pause' | 'drain', ours = false) =>
    relist(cluster, (node) => (node.hostname === id ? { ...node, availability, drainedByUs: ours } : node));

  it('drains it once, workers and managers alike', () => {
    for (const id of [W2, M2]) {
      const cluster = wholeCluster();
      order(cluster, id, 'drain');
      const [drain, ...others] = planned(cluster).actions;
      assert.equal(drain?.kind, 'drainNode');
      assert.match(drain.reason, /ana ordered .* noise/);
      assert.deepEqual(others, []);
      availabilityOf(cluster, id, 'drain', true);
      assert.deepEqual(planned(cluster).actions, []);
    }
  });

  it('ends with its withdrawal, and a drain by hand does not', () => {
    const cluster = wholeCluster();
    availabilityOf(cluster, W2, 'drain', true);
    assert.deepEqual(kinds(planned(cluster).actions), ['activateNode']);
    availabilityOf(cluster, W2, 'drain', false);
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('leaves a node alone that is paused by hand', () => {
    const cluster = wholeCluster();
    order(cluster, W2, 'drain');
    availabilityOf(cluster, W2, 'pause');
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('stands through the loop: it is whole, and nothing undoes it', () => {
    const model = wholeModel({ workers: 2 });
    order(model.cluster, W2, 'drain');
    const story = converge(model);
    assert.deepEqual(kinds(story.actions), ['drainNode']);
    assert.equal(model.nodes.find(({ hostname }) => hostname === W2)?.availability, 'drain');
    model.cluster.records.orders.clear();
    converge(model);
    assert.equal(model.nodes.find(({ hostname }) => hostname === W2)?.availability, 'active');
    assert.equal(model.nodes.filter(({ raft }) => raft !== undefined).length, MANAGER_IPS.length);
  });
});
