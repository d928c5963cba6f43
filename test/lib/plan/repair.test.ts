import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import {
  answered,
  blankProbe,
  CLUSTER_ID,
  instanceOf,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodeIdOf,
  nodesOf,
  probeAll,
  probeOf,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { kinds, M1, M2, M3, planned, remember, rules, W1 } from './planned.ts';
import { down, relist } from './worlds.ts';

describe('a running machine that looks broken', () => {
  function withDeadEngine(): TestCluster {
    const cluster = wholeCluster();
    const nodes = nodesOf(cluster).map((node) => (node.hostname === M3 ? { ...node, state: 'down' as const } : node));
    probeAll(cluster, nodes);
    cluster.probes?.set(M3, answered({ ...probeOf(instanceOf(cluster, M3)), engine: { state: 'down' } }));
    return cluster;
  }

  /** The third manager is only remembered; and then nothing is done before it is looked at again. */
  function rememberAndWait(cluster: TestCluster): void {
    const [suspect] = planned(cluster).actions;
    assert.ok(suspect?.kind === 'suspect');
    cluster.records.suspicions.set(M3, suspect.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['suspicion']);
    cluster.now += LIMITS.suspicion;
  }

  it('is remembered, looked at again, restarted, and only then replaced', () => {
    const cluster = withDeadEngine();
    rememberAndWait(cluster);
    const [restart] = planned(cluster).actions;
    assert.ok(restart?.kind === 'restartEngine');
    cluster.records.suspicions.set(M3, restart.suspicion);
    assert.deepEqual(planned(cluster).actions, []);
    cluster.now += LIMITS.engine;
    const [end] = planned(cluster).actions;
    assert.ok(end?.kind === 'terminate');
    assert.deepEqual(end.instanceIds, [M3]);
  });

  it('is not replaced while another manager is unwell', () => {
    const cluster = wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'] });
    const dead = [M2, M3];
    probeAll(
      cluster,
      nodesOf(cluster).map((node) => (dead.includes(node.hostname) ? { ...node, state: 'down' as const } : node)),
    );
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - 2 * MINUTE];
    for (const id of dead) {
      cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), engine: { state: 'down' } }));
      cluster.records.suspicions.set(id, { instanceId: id, symptom: 'engine-down', since, restartedAt });
    }
    assert.ok(!kinds(planned(cluster).actions).includes('terminate'));
    assert.ok(rules(cluster).includes('others-unwell'));
  });

  it('is replaced although managers are declared that have not joined yet: they wait for it', () => {
    const cluster = withDeadEngine();
    cluster.records.suspicions.set(M3, {
      instanceId: M3,
      symptom: 'engine-down',
      since: NOW - 10 * MINUTE,
      restartedAt: NOW - 2 * MINUTE,
    });
    cluster.committed = { ...wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'] }).committed };
    assert.ok(kinds(planned(cluster).actions).includes('terminate'));
  });

  it('has its engine restarted again and again while it may not be replaced', () => {
    const cluster = wholeCluster();
    for (const id of [M1, M2, M3]) {
      cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), engine: { state: 'down' } }));
      const restartedAt = NOW - LIMITS.restartAgain + (id === M1 ? 0 : MINUTE);
      cluster.records.suspicions.set(id, { instanceId: id, symptom: 'engine-down', since: 0, restartedAt });
    }
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['restartEngine']);
    assert.ok(actions[0]?.kind === 'restartEngine' && actions[0].suspicion.restartedAt === NOW);
    assert.ok(rules(cluster).includes('no-quorum'));
  });

  it('keeps its engine while it may have its vote still and another manager has none', () => {
    const cluster = wholeCluster();
    const hung = { ...probeOf(instanceOf(cluster, M3)), engine: { state: 'down' as const } };
    const nodes = nodesOf(cluster).map((node) =>
      node.hostname === M2 && node.raft !== undefined
        ? { ...node, state: 'down' as const, raft: { ...node.raft, reachability: 'unreachable' as const } }
        : node,
    );
    probeAll(cluster, nodes);
    terminate(cluster, M2);
    cluster.probes?.set(M3, answered(hung));
    cluster.records.suspicions.set(M3, {
      instanceId: M3,
      symptom: 'engine-down',
      since: NOW - 10 * MINUTE,
      restartedAt: undefined,
    });
    assert.ok(!kinds(planned(cluster).actions).includes('restartEngine'));
    assert.ok(rules(cluster).includes('others-unwell'));
  });

  it('is replaced without a quorum when its boot failed, as it never had a vote', () => {
    const cluster = wholeCluster();
    for (const id of [M1, M2, M3]) {
      const boot = { state: 'failed' as const, reason: 'no space left on device' };
      cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), boot, engine: { state: 'down' } }));
      const since = NOW - LIMITS.suspicion;
      cluster.records.suspicions.set(id, { instanceId: id, symptom: 'boot-failed', since, restartedAt: undefined });
    }
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['terminate']);
  });

  it('is not replaced for a boot that only seems long because the machine was rebooted', () => {
    const cluster = wholeCluster();
    const rebooted = probeOf(instanceOf(cluster, M3), { uptimeSeconds: 5 });
    cluster.probes?.set(M3, answered({ ...rebooted, boot: { state: 'running' }, engine: { state: 'down' } }));
    const since = NOW - 10 * MINUTE;
    cluster.records.suspicions.set(M3, { instanceId: M3, symptom: 'boot-stuck', since, restartedAt: undefined });
    assert.deepEqual(planned(cluster).actions, []);
    cluster.probes?.set(
      M3,
      answered({
        ...rebooted,
        uptimeSeconds: LIMITS.boot / 1000,
        boot: { state: 'running' },
        engine: { state: 'down' },
      }),
    );
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
  });

  it('counts for what its engine says, whatever its boot said', () => {
    const cluster = wholeCluster();
    const boot = { state: 'failed' as const, reason: 'init command 1 of 1 ended with 1' };
    cluster.probes?.set(M3, answered({ ...probeOf(instanceOf(cluster, M3), { nodes: nodesOf(cluster) }), boot }));
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), []);
  });

  it('is none while a new leader has not heard of it yet, however often it looked broken before', () => {
    for (const [id, symptom, ...expected] of [
      [M3, 'unreachable', ['restartEngine'], []],
      [W1, 'node-down', [], [W1]],
    ] as const) {
      const cluster = wholeCluster();
      relist(cluster, (node) => (node.hostname === id ? { ...node, state: 'unknown' } : node));
      remember(cluster, id, symptom, 10 * MINUTE);
      const { actions, waiting } = planned(cluster);
      assert.deepEqual(kinds(actions), []);
      assert.deepEqual(
        waiting.map(({ what }) => what),
        [`the new leader to hear of node ${nodeIdOf(id)}`],
      );
      relist(cluster, (node) => (node.hostname === id ? down(node) : node));
      const later = planned(cluster);
      assert.deepEqual([later.waiting, kinds(later.actions), later.ask], [[], ...expected], 'it was not heard of');
    }
  });

  it('is forgotten as soon as its own answer disproves it, quorum or not', () => {
    for (const [symptom, localState, ...expected] of [
      ['engine-down', 'active', 'absolve'],
      ['raft-state', 'active', 'absolve'],
      ['boot-stuck', 'active', 'absolve'],
      ['silent', 'locked', 'absolve'],
      ['autolock', 'active', 'absolve'],
      ['unreachable', 'active'],
      ['rolling', 'active'],
      ['rolling', 'locked'],
      ['unreachable', 'locked', 'suspect'],
    ] as const) {
      const cluster = wholeCluster();
      for (const id of [M1, M2]) cluster.probes?.set(id, { kind: 'silent', why: 'timeout', reason: 'no answer' });
      const probe = probeOf(instanceOf(cluster, M3));
      assert.ok(probe.engine.state === 'up');
      cluster.probes?.set(M3, answered({ ...probe, engine: { ...probe.engine, localState } }));
      remember(cluster, M3, symptom, 10 * MINUTE);
      assert.deepEqual(kinds(planned(cluster).actions), expected, `${symptom}, and it is ${localState}`);
    }
  });

  it('is looked at again where something else shows only after the restart', () => {
    const cluster = withDeadEngine();
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - 2 * MINUTE];
    cluster.records.suspicions.set(M3, { instanceId: M3, symptom: 'unreachable', since, restartedAt });
    rememberAndWait(cluster);
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate'], 'it was restarted already');
  });

  it('is looked at anew after it has waited for its unlock key, but not restarted once more', () => {
    const cluster = withDeadEngine();
    const dead = cluster.probes?.get(M3);
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - 5 * MINUTE];
    cluster.records.suspicions.set(M3, { instanceId: M3, symptom: 'engine-down', since, restartedAt });
    cluster.probes?.set(M3, answered(probeOf(instanceOf(cluster, M3), { engine: { localState: 'locked' } })));
    const [suspect, ...more] = planned(cluster).actions;
    assert.ok(suspect?.kind === 'suspect');
    assert.deepEqual(more, []);
    assert.deepEqual(suspect.suspicion, { instanceId: M3, symptom: 'autolock', since: NOW, restartedAt });
    cluster.records.suspicions.set(M3, suspect.suspicion);
    assert.deepEqual([planned(cluster).actions, rules(cluster)], [[], ['autolock']]);
    assert.ok(dead);
    cluster.probes?.set(M3, dead);
    rememberAndWait(cluster);
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate'], 'unlocked, it does not start');
  });

  it('is not "gone" when it can not be asked', () => {
    const cluster = wholeCluster();
    cluster.probes?.set(M3, { kind: 'silent', why: 'timeout', reason: 'no answer' });
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['silent']);
  });
});

describe('before there was any Swarm', () => {
  it('a manager whose engine does not start is replaced, as there is no vote to be taken', () => {
    const cluster = wholeCluster({ workers: 0 });
    cluster.records.genesis = undefined;
    cluster.probes = new Map(cluster.instances.map((one) => [one.id, blankProbe(one)]));
    const dead = { ...probeOf(instanceOf(cluster, M3), { raftState: 'none' }), engine: { state: 'down' as const } };
    cluster.probes.set(M3, answered(dead));
    const [since, restartedAt] = [NOW - 10 * MINUTE, NOW - LIMITS.engine];
    cluster.records.suspicions.set(M3, { instanceId: M3, symptom: 'engine-down', since, restartedAt });
    assert.deepEqual(kinds(planned(cluster).actions), ['terminate']);
    cluster.records.genesis = { seed: MANAGER_IPS[0], claimedAt: 0, clusterId: CLUSTER_ID };
    assert.deepEqual(kinds(planned(cluster).actions), [], 'there was one: its disk may be all that is left of it');
  });
});
