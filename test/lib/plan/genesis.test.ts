import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { petSlot } from '../../../lib/plan/world.ts';
import {
  answered,
  blankProbe,
  CLUSTER_ID,
  emptyCluster,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  NOW,
  nodesOf,
  occupy,
  probeOf,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
  zoneAt,
} from '../../support/cluster.ts';
import { heldBy, kinds, M1, M2, M3, planned, rules } from './planned.ts';

const [FIRST, SECOND, THIRD] = MANAGER_IPS;

const IDLE = { localState: 'error', controlAvailable: false, clusterId: undefined } as const;
const SILENT = { kind: 'silent', why: 'timeout', reason: 'no answer' } as const;

describe('the first start', () => {
  it('launches every manager and spreads the workers over the zones', () => {
    const { actions } = planned(emptyCluster());
    const launches = actions.filter((action) => action.kind === 'launch');
    assert.deepEqual(
      launches.map((launch) => launch.slot),
      [petSlot(FIRST), petSlot(SECOND), petSlot(THIRD), `batch/workers/${zoneAt(0)}`, `batch/workers/${zoneAt(1)}`],
    );
    assert.equal(launches.length, actions.length);
  });

  function bootedManagers(): TestCluster {
    const cluster = emptyCluster({ workers: 0 });
    MANAGER_IPS.forEach((ip, index) => {
      occupy(cluster, ip, instanceId(index + 1), NOW - 10_000);
    });
    cluster.agentsOnline = { seen: true, value: new Set([M1, M2, M3]) };
    cluster.probes = new Map([M1, M2, M3].map((id) => [id, blankProbe(instanceOf(cluster, id))]));
    return cluster;
  }

  it('decides on one seed before it initialises', () => {
    const cluster = bootedManagers();
    const { actions } = planned(cluster);
    assert.deepEqual(kinds(actions), ['claimGenesis']);
    cluster.records.genesis = { seed: SECOND, claimedAt: NOW, clusterId: undefined };
    const [init] = planned(cluster).actions;
    assert.ok(init?.kind === 'initSwarm');
    assert.equal(init.instanceId, M2);
  });

  it('waits as long as one disk has not been looked at', () => {
    const cluster = bootedManagers();
    cluster.probes?.delete(M3);
    cluster.agentsOnline = { seen: true, value: new Set([M1, M2]) };
    assert.deepEqual(planned(cluster).actions, []);
  });

  it('never initialises beside a disk that holds Raft state', () => {
    const cluster = bootedManagers();
    const kept = instanceOf(cluster, M3);
    cluster.probes?.set(
      M3,
      answered(
        probeOf(kept, {
          engine: { localState: 'error', controlAvailable: false, clusterId: undefined },
          raftState: 'present',
        }),
      ),
    );
    assert.ok(!kinds(planned(cluster).actions).some((kind) => kind === 'claimGenesis' || kind === 'initSwarm'));
  });

  it('never initialises a second time, even when every disk is blank', () => {
    const cluster = bootedManagers();
    cluster.records.genesis = { seed: FIRST, claimedAt: NOW, clusterId: CLUSTER_ID };
    assert.deepEqual(planned(cluster).actions, []);
    assert.ok(rules(cluster).includes('state-lost'));
  });

  it('joins managers one at a time', () => {
    const cluster = bootedManagers();
    cluster.records.genesis = { seed: FIRST, claimedAt: NOW, clusterId: CLUSTER_ID };
    const seed = instanceOf(cluster, M1);
    const nodes = nodesOf(cluster).filter((node) => node.hostname === M1);
    cluster.probes?.set(M1, answered(probeOf(seed, { nodes })));
    const joins = planned(cluster).actions.filter((action) => action.kind === 'join');
    assert.equal(joins.length, 1);
    assert.deepEqual(joins[0]?.instanceIds, [M2]);
    assert.deepEqual(joins[0]?.managers, [FIRST]);
  });

  it('waits for every machine of a manager that is there, also of one that is declared no longer: it may hold the state', () => {
    const cluster = bootedManagers();
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: [FIRST, SECOND] } });
    assert.deepEqual(kinds(planned(cluster).actions), ['claimGenesis']);
    cluster.volumes = cluster.volumes.filter(({ logicalId }) => logicalId !== THIRD);
    const third = instanceOf(cluster, M3);
    const outcomes = [answered(probeOf(third, { raftState: 'present', engine: IDLE })), undefined, SILENT];
    for (const outcome of outcomes) {
      cluster.probes?.delete(M3);
      if (outcome !== undefined) cluster.probes?.set(M3, outcome);
      assert.deepEqual(kinds(planned(cluster).actions), []);
      assert.deepEqual(planned(cluster).ask, outcome === undefined ? [M3] : []);
      assert.ok(planned(cluster).waiting.some(({ subject }) => subject === M3));
    }
    cluster.probes?.set(M3, blankProbe(third));
    assert.deepEqual(kinds(planned(cluster).actions), ['claimGenesis']);
    cluster.probes?.delete(M3);
    terminate(cluster, M3);
    assert.deepEqual(kinds(planned(cluster).actions), ['claimGenesis'], 'there is no machine of it');
  });

  it('does not choose again: where the seed is declared no longer, a person has to say', () => {
    const cluster = bootedManagers();
    cluster.records.genesis = { seed: THIRD, claimedAt: NOW, clusterId: undefined };
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: [FIRST, SECOND] } });
    assert.deepEqual(kinds(planned(cluster).actions), []);
    assert.equal(heldBy(cluster, 'seed-missing')?.subject, THIRD);
  });
});

describe('a Swarm that is there', () => {
  it('is remembered, as the one that was claimed, or of the first manager', () => {
    const cluster = wholeCluster();
    for (const seed of [SECOND, undefined]) {
      cluster.records.genesis = seed === undefined ? undefined : { seed, claimedAt: NOW, clusterId: undefined };
      const [record, ...more] = planned(cluster).actions;
      assert.ok(record?.kind === 'recordGenesis');
      assert.deepEqual([record.seed, record.clusterId, more], [seed ?? FIRST, CLUSTER_ID, []]);
    }
  });

  it('is left alone where machines are in another one as well', () => {
    const cluster = wholeCluster();
    cluster.probes?.set(M3, answered(probeOf(instanceOf(cluster, M3), { engine: { clusterId: 'another' } })));
    assert.deepEqual(planned(cluster).actions, []);
    assert.match(heldBy(cluster, 'split')?.reason ?? '', /different Swarms \(another, cl1\)/);
  });
});
