import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { settingsHash } from '../../../lib/spec/settings-hash.ts';
import { nodeIdOf, redeclare, type TestCluster, wholeCluster } from '../../support/cluster.ts';
import { kinds, M1, M2, marksOf, ofKind, planned, remember, W1, W2 } from './planned.ts';
import { down, groupOf, outdate, relist } from './worlds.ts';

const LABELS = { disk: 'ssd' };

/** The workers are declared with another label than they have. */
function relabelled(workers = 2): TestCluster {
  const cluster = wholeCluster({ workers });
  redeclare(cluster, 'workers', { labels: LABELS });
  return cluster;
}

function desired(cluster: TestCluster, group: string): string {
  return settingsHash(groupOf(cluster, group));
}

function applied(cluster: TestCluster): (readonly string[])[] {
  return ofKind(planned(cluster).actions, 'applySettings').map(({ instanceIds }) => instanceIds);
}

describe('labels that were changed', () => {
  it('are given to the running engines, and that is remembered first', () => {
    const cluster = relabelled();
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['suspect', 'suspect', 'applySettings']);
    assert.deepEqual(marksOf(actions), [`${W1} settings`, `${W2} settings`]);
    const [apply] = ofKind(actions, 'applySettings');
    assert.deepEqual(
      [apply?.group, apply?.hash, apply?.instanceIds],
      ['workers', desired(cluster, 'workers'), [W1, W2]],
    );
  });

  it('are given to managers in the same way', () => {
    const cluster = wholeCluster();
    redeclare(cluster, 'managers', { labels: LABELS });
    assert.equal(applied(cluster)[0]?.length, 3);
  });

  it('are given by as many commands as it takes', () => {
    const sizes = applied(relabelled(LIMITS.command + 1)).map(({ length }) => length);
    assert.deepEqual(sizes, [LIMITS.command, 1]);
  });

  it('are not given to a machine that is replaced anyway, or says nothing of its own, or is not there', () => {
    const cluster = relabelled();
    relist(cluster, (node) => (node.hostname === W1 ? { ...node, settings: undefined } : node));
    assert.deepEqual(applied(cluster), [[W2]]);
    relist(cluster, (node) => (node.hostname === W1 ? down(node) : node));
    assert.deepEqual(applied(cluster), [[W2]]);
    outdate(cluster, 'workers');
    assert.deepEqual(applied(cluster), []);
  });

  it('wait where something else is amiss with the machine', () => {
    const cluster = relabelled();
    remember(cluster, W1, 'node-down');
    assert.deepEqual(applied(cluster), [[W2]]);
  });

  it('are waited for until the Swarm lists them, and given once more when it does not', () => {
    const cluster = relabelled();
    for (const id of [W1, W2]) remember(cluster, id, 'settings', LIMITS.settings - 1);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(
      planned(cluster).waiting.map(({ subject }) => subject),
      [W1, W2],
    );
    cluster.now += 1;
    assert.deepEqual(applied(cluster), [[W1, W2]]);
  });

  it('are given again after longer and longer, and held in between', () => {
    const cluster = relabelled(1);
    const start = cluster.now;
    const given: number[] = [];
    let waited = 0;
    let held = 0;
    for (; cluster.now <= start + 3_600_000; cluster.now += 15_000) {
      const { actions, waiting, held: holds } = planned(cluster);
      for (const { suspicion } of ofKind(actions, 'suspect')) cluster.records.suspicions.set(W1, suspicion);
      if (ofKind(actions, 'applySettings').length > 0) given.push((cluster.now - start) / 60_000);
      waited += waiting.length;
      held += holds.filter(({ rule, subject, until }) => rule === 'settings' && subject === W1 && !until).length;
    }
    assert.deepEqual(given, [0, 1, 2, 4, 8, 16, 31, 46]);
    // Looked for without a pause in the first minute only.
    assert.deepEqual([waited, held], [3, 241 - given.length - 3]);
  });

  it('are given at once when they were changed meanwhile, and looked for as in the beginning', () => {
    const cluster = relabelled();
    const at = cluster.now - 1;
    const given = { instanceId: W1, symptom: 'settings', since: at - 100_000, restartedAt: undefined };
    cluster.records.suspicions.set(W1, { ...given, applied: { hash: desired(cluster, 'workers'), at } });
    assert.deepEqual(applied(cluster), [[W2]]);
    cluster.records.suspicions.set(W1, { ...given, applied: { hash: 'another', at } });
    const { actions } = planned(cluster);
    assert.deepEqual(applied(cluster), [[W1, W2]]);
    assert.deepEqual(ofKind(actions, 'suspect')[0]?.suspicion, {
      ...given,
      since: cluster.now,
      applied: { hash: desired(cluster, 'workers'), at: cluster.now },
    });
  });

  it('are forgotten when they are listed', () => {
    const cluster = relabelled();
    remember(cluster, W1, 'settings');
    relist(cluster, (node) => (node.role === 'worker' ? { ...node, settings: desired(cluster, 'workers') } : node));
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['absolve']);
    assert.equal(ofKind(actions, 'absolve')[0]?.instanceId, W1);
  });

  it('are no matter for machines that are in no Swarm', () => {
    const cluster = relabelled();
    redeclare(cluster, 'workers', { flavor: 'vanilla' });
    cluster.instances = cluster.instances.map((one) => ({ ...one, configHash: undefined }));
    assert.deepEqual(applied(cluster), []);
  });
});

describe('a drain', () => {
  function drained(id: string, ours: boolean): TestCluster {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === id ? { ...node, availability: 'drain', drainedByUs: ours } : node));
    return cluster;
  }

  it('that the controller began is ended where the machine is to stay', () => {
    for (const id of [M2, W1]) {
      const [activate, ...more] = planned(drained(id, true)).actions;
      assert.ok(activate?.kind === 'activateNode');
      assert.deepEqual([activate.nodeId, activate.via, more], [nodeIdOf(id), M1, []]);
    }
  });

  it('of a person is never undone', () => {
    for (const id of [M2, W1]) assert.deepEqual(planned(drained(id, false)).actions, []);
  });

  it('goes on where the machine is about to leave, or to be replaced', () => {
    const leaving = drained(W1, true);
    remember(leaving, W1, 'leaving');
    const rolling = drained(M2, true);
    outdate(rolling, 'managers');
    remember(rolling, M2, 'rolling');
    for (const cluster of [leaving, rolling]) {
      assert.deepEqual(ofKind(planned(cluster).actions, 'activateNode'), []);
    }
  });

  it('is not ended where there is none, nor of a node that is down', () => {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === W1 ? { ...node, drainedByUs: true } : node));
    assert.deepEqual(planned(cluster).actions, []);
    const dead = drained(W1, true);
    relist(dead, (node) => (node.hostname === W1 ? { ...down(node), availability: 'drain', drainedByUs: true } : node));
    assert.deepEqual(ofKind(planned(dead).actions, 'activateNode'), []);
  });
});
