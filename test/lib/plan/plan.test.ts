import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addWorker, emptyCluster, instanceId, MANAGER_IPS, wholeCluster, zoneAt } from '../../support/cluster.ts';
import { M1, M2, M3, planned, rules } from './planned.ts';

const [FIRST] = MANAGER_IPS;

describe('a whole cluster', () => {
  it('calls for nothing', () => {
    assert.deepEqual(planned(wholeCluster()), { actions: [], held: [], waiting: [], ask: [], askCanWait: false });
  });

  it('is not called whole before its managers were asked', () => {
    const cluster = wholeCluster();
    cluster.probes = undefined;
    assert.deepEqual(planned(cluster).ask, [M1, M2, M3]);
  });
});

describe('what is not ours', () => {
  it('is named, never touched', () => {
    const cluster = wholeCluster();
    addWorker(cluster, instanceId(300), zoneAt(0));
    cluster.instances = cluster.instances.map((one) => (one.id === instanceId(300) ? { ...one, group: 'batch' } : one));
    cluster.records = wholeCluster().records;
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['undeclared']);
  });

  it('a foreign Swarm is left alone', () => {
    const cluster = wholeCluster();
    cluster.records.genesis = { seed: FIRST, claimedAt: 0, clusterId: 'another' };
    assert.deepEqual(planned(cluster).actions, []);
    assert.deepEqual(rules(cluster), ['foreign-swarm']);
  });
});

describe('a cluster being taken down', () => {
  it('launches nothing', () => {
    const cluster = emptyCluster();
    cluster.records.mode = 'removing';
    assert.deepEqual(planned(cluster).actions, []);
  });
});
