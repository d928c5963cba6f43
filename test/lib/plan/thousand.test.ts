import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plan } from '../../../lib/plan/plan.ts';
import {
  committed,
  declaredHash,
  MANAGER_IPS,
  MINUTE,
  NOW,
  nodesOf,
  planInput,
  probeAll,
  redeclare,
  type TestCluster,
  wholeCluster,
} from '../../support/cluster.ts';
import { elementsWalked } from '../../support/walks.ts';

const FIVE = [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'];
const [FEW, MANY] = [250, 1_000];

function whole(workers: number): TestCluster {
  return wholeCluster({ managers: FIVE, workers });
}

function eachWorker(cluster: TestCluster, change: (id: string) => void): TestCluster {
  for (const { id, group } of cluster.instances) if (group === 'workers') change(id);
  return cluster;
}

function suspectAll(cluster: TestCluster, symptom: string, since: number): TestCluster {
  return eachWorker(cluster, (instanceId) => {
    cluster.records.suspicions.set(instanceId, { instanceId, symptom, since, restartedAt: undefined });
  });
}

/** No worker is in the Swarm; they were launched so long ago. */
function joining(workers: number, age: number): TestCluster {
  const cluster = whole(workers);
  cluster.instances = cluster.instances.map((one) =>
    one.group === 'workers' ? { ...one, launchedAt: NOW - age } : one,
  );
  probeAll(
    cluster,
    nodesOf(cluster).filter(({ role }) => role === 'manager'),
  );
  for (const [slot, record] of cluster.records.launches) {
    cluster.records.launches.set(slot, { ...record, launchedAt: NOW - age, confirmedAt: undefined });
  }
  return cluster;
}

const WORLDS: Readonly<Record<string, (workers: number) => TestCluster>> = {
  'that is whole': whole,
  'that is rolled, with room for half of them to be missing': (workers) => {
    const maxUnavailable = { kind: 'percent' as const, percent: 50 };
    const cluster = whole(workers);
    const { update } = wholeCluster().committed.spec.groups['workers'] ?? assert.fail();
    redeclare(cluster, 'workers', { instanceType: 't4g.large', update: { ...update, maxUnavailable } });
    return cluster;
  },
  'that is scaled in to none': (workers) => {
    const cluster = whole(workers);
    cluster.committed = committed({ managers: FIVE, workers: 0 });
    return cluster;
  },
  'half-way out': (workers) => {
    const cluster = suspectAll(whole(workers), 'leaving', NOW);
    cluster.committed = committed({ managers: FIVE, workers: 0 });
    return cluster;
  },
  'with all workers down': (workers) => {
    const cluster = suspectAll(whole(workers), 'node-down', NOW - 60 * MINUTE);
    const nodes = nodesOf(cluster).map((node) => (node.role === 'worker' ? { ...node, state: 'down' as const } : node));
    probeAll(cluster, nodes);
    return eachWorker(cluster, (id) => cluster.probes?.set(id, { kind: 'silent', why: 'offline', reason: 'x' }));
  },
  'with all workers gone': (workers) => {
    const cluster = whole(workers);
    cluster.instances = cluster.instances.map((one) =>
      one.group === 'workers' ? { ...one, state: 'terminated' } : one,
    );
    return cluster;
  },
  'with no worker listed yet': (workers) => {
    const cluster = joining(workers, 1_000);
    cluster.instances = cluster.instances.filter(({ group }) => group !== 'workers');
    return cluster;
  },
  'with all workers to be joined': (workers) => joining(workers, 5_000),
  'with a roll-out that failed': (workers) => {
    const cluster = joining(workers, 60 * MINUTE);
    redeclare(cluster, 'workers', { instanceType: 't4g.large' });
    const tags = { 'everswarm:config-hash': declaredHash(cluster, 'workers') };
    for (const [slot, record] of cluster.records.launches) {
      cluster.records.launches.set(slot, { ...record, request: { ...record.request, tags } });
    }
    return cluster;
  },
  'with an order about each worker': (workers) => {
    const cluster = whole(workers);
    let drained = false;
    return eachWorker(cluster, (id) => {
      drained = !drained;
      const what = drained ? 'drain' : 'replace';
      cluster.records.orders.set(id, { instanceId: id, what, by: 'ada', reason: 'x', at: NOW });
    });
  },
  'with other labels': (workers) => {
    const cluster = whole(workers);
    redeclare(cluster, 'workers', { labels: { disk: 'ssd' } });
    return cluster;
  },
};

function workFor(cluster: TestCluster): number {
  const input = planInput(cluster);
  return elementsWalked(() => plan(input));
}

describe('a plan for a thousand workers takes about four times the work of one for 250', () => {
  for (const [name, make] of Object.entries(WORLDS)) {
    it(`in a cluster ${name}`, () => {
      const ratio = workFor(make(MANY)) / workFor(make(FEW));
      // Looking through all of them for each would be sixteen times the work.
      assert.ok(ratio < 5, `${ratio.toFixed(1)} times the work`);
    });
  }
});
