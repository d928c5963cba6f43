import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../../lib/plan/action.ts';
import { batchSlot } from '../../../lib/plan/world.ts';
import {
  instanceOf,
  launchRecord,
  MANAGER_IPS,
  probeAll,
  type TestCluster,
  terminate,
  wholeCluster,
  ZONES,
} from '../../support/cluster.ts';
import { kinds, M1, M3, ofKind, planned, remember } from './planned.ts';
import { addNewWorker, outdate, relist, renewManager } from './worlds.ts';

const HOUR = 3_600_000;
const [FIRST, SECOND] = MANAGER_IPS;

/** Nothing is to be done, and the join tokens are so old. */
function since(hours: number): TestCluster {
  const cluster = wholeCluster();
  cluster.records.rotation = { at: cluster.now - hours * HOUR, generations: {} };
  return cluster;
}

/** A manager was launched anew, is well, and nothing has been rotated since. */
function replaced(): TestCluster {
  const cluster = since(1);
  const { configHash } = instanceOf(cluster, M1);
  renewManager(cluster, FIRST, 600_000);
  assert.equal(instanceOf(cluster, M1).configHash, configHash);
  return cluster;
}

const rotations = (cluster: TestCluster) => ofKind(planned(cluster).actions, 'rotateTokens');

describe('join tokens are rotated', () => {
  it('once a day, by the leader', () => {
    assert.deepEqual(planned(since(23.9)).actions, []);
    const [action, ...others] = planned(since(24)).actions as readonly Action[];
    assert.deepEqual([action?.kind, others.length], ['rotateTokens', 0]);
    const [{ instanceId, record } = { instanceId: '', record: undefined }] = rotations(since(24));
    assert.deepEqual([instanceId, record?.at], [M1, since(24).now]);
  });

  it('as often as the deployment says', () => {
    const cluster = since(3);
    const { deployment } = cluster.committed;
    cluster.committed = { ...cluster.committed, deployment: { ...deployment, tokenRotationHours: 4 } };
    assert.equal(rotations(cluster).length, 0);
    cluster.committed = { ...cluster.committed, deployment: { ...deployment, tokenRotationHours: 3 } };
    assert.equal(rotations(cluster).length, 1);
  });

  it('for the first time a day after the Swarm began', () => {
    const cluster = wholeCluster();
    assert.equal(rotations(cluster).length, 0);
    const { genesis } = cluster.records;
    assert.ok(genesis !== undefined);
    cluster.records.genesis = { ...genesis, claimedAt: cluster.now - 24 * HOUR };
    assert.equal(rotations(cluster).length, 1);
  });

  it('after a manager got a new machine, once', () => {
    const cluster = replaced();
    const [action] = rotations(cluster);
    assert.match(action?.reason ?? '', new RegExp(`^${FIRST} got a new machine`));
    assert.ok(action !== undefined);
    cluster.records.rotation = action.record;
    assert.deepEqual(planned(cluster).actions, []);
    renewManager(cluster, SECOND, 600_000);
    assert.equal(rotations(cluster).length, 1);
  });

  it('not for a worker that was launched anew', () => {
    const cluster = since(1);
    addNewWorker(cluster, 'i-00000000000000777', 'us-east-1a', 600_000);
    assert.equal(rotations(cluster).length, 0);
  });
});

describe('join tokens that are due stay as they are', () => {
  const cases: Readonly<Record<string, (cluster: TestCluster) => void>> = {
    'while a manager is gone': (cluster) => terminate(cluster, M3),
    'while a manager does not work': (cluster) =>
      relist(cluster, (node) => (node.hostname === M3 && node.raft ? { ...node, state: 'down' } : node)),
    'while a worker joins': (cluster) => {
      relist(cluster, (node) => (node.role === 'worker' ? undefined : node));
    },
    'while a suspicion is open': (cluster) => remember(cluster, M3, 'silent', 60_000),
    'while managers are rolled': (cluster) => outdate(cluster, 'managers'),
    'without the answers of the managers': (cluster) => {
      cluster.probes = undefined;
    },
    'while the cluster is taken down': (cluster) => {
      cluster.records.mode = 'removing';
    },
  };
  for (const [what, happens] of Object.entries(cases)) {
    it(what, () => {
      const cluster = since(1000);
      assert.equal(rotations(cluster).length, 1);
      happens(cluster);
      assert.equal(rotations(cluster).length, 0, kinds(planned(cluster).actions).join());
    });
  }

  it('but not for ever: a group whose launches fail does not hold them up', () => {
    const cluster = since(1000);
    const lost = cluster.instances.find(({ group }) => group === 'workers');
    assert.ok(lost !== undefined);
    terminate(cluster, lost.id);
    for (const zone of ZONES) {
      const slot = batchSlot('workers', zone);
      const record = launchRecord(slot, 'workers', [], cluster.now - 1000, 'hash');
      cluster.records.launches.set(slot, { ...record, state: 'failed', confirmedAt: undefined, failures: 6 });
    }
    probeAll(cluster);
    relist(cluster, (node) => (node.hostname === lost.id ? undefined : node));
    assert.deepEqual(
      planned(cluster).held.map(({ rule }) => rule),
      ['backoff'],
    );
    assert.equal(rotations(cluster).length, 1);
  });
});
