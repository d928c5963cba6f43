import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRIC } from '../../../lib/metrics.ts';
import {
  answered,
  instanceId,
  instanceOf,
  MINUTE,
  NOW,
  nodesOf,
  probeAll,
  probeOf,
  redeclare,
  type TestCluster,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { type Figures, figuresOf, reportOf } from './passes.ts';

const DAY = 24 * 60 * MINUTE;
const FIVE = ['10.42.0.10', '10.42.1.10', '10.42.2.10', '10.42.0.11', '10.42.1.11'];

const measured = (cluster: TestCluster): Figures => figuresOf(reportOf(cluster));
const managersOf = ({ HealthyManagers, DeclaredManagers, QuorumMargin }: Figures) => [
  HealthyManagers,
  DeclaredManagers,
  QuorumMargin,
];

/** A manager's machine is gone and the others have noticed: it is listed, and nobody reaches it. */
function lose(cluster: TestCluster, ...numbers: readonly number[]): void {
  const lost = numbers.map(instanceId);
  const nodes = nodesOf(cluster).map((node) =>
    lost.includes(node.hostname) && node.raft !== undefined
      ? { ...node, state: 'down' as const, raft: { ...node.raft, reachability: 'unreachable' as const } }
      : node,
  );
  for (const id of lost) terminate(cluster, id);
  probeAll(cluster, nodes);
}

describe('the managers in figures', () => {
  it('three of three: one may fail', () => {
    assert.deepEqual(managersOf(measured(wholeCluster())), [3, 3, 1]);
  });

  it('one of five gone: one more may fail; two gone: none', () => {
    const cluster = wholeCluster({ managers: FIVE });
    lose(cluster, 2);
    assert.deepEqual(managersOf(measured(cluster)), [4, 5, 1]);
    lose(cluster, 2, 3);
    assert.deepEqual(managersOf(measured(cluster)), [3, 5, 0]);
  });

  it('a manager that works in the Swarm and does not answer counts for the quorum, and not as healthy', () => {
    const cluster = wholeCluster();
    cluster.probes?.set(instanceId(2), { kind: 'silent', why: 'timeout', reason: 'no answer' });
    assert.deepEqual(managersOf(measured(cluster)), [2, 3, 1]);
  });

  it('the quorum is lost: by so many managers as a majority lacks', () => {
    const cluster = wholeCluster();
    lose(cluster, 2, 3);
    const [left] = [instanceId(1)];
    const alone = probeOf(instanceOf(cluster, left), { nodes: [] });
    cluster.probes = new Map([[left, answered({ ...alone, nodes: undefined })]]);
    assert.deepEqual(managersOf(measured(cluster)), [1, 3, -1]);
  });

  it('the quorum is lost also where all of them answer, and none sees a leader', () => {
    const cluster = wholeCluster();
    const leaderless = nodesOf(cluster).map((node) =>
      node.raft === undefined ? node : { ...node, raft: { ...node.raft, leader: false } },
    );
    probeAll(cluster, leaderless);
    assert.deepEqual(managersOf(measured(cluster)), [3, 3, -1]);
  });

  it('without a quorum an engine that is no manager of the Swarm does not count', () => {
    const cluster = wholeCluster();
    for (const number of [1, 2, 3]) {
      const probe = probeOf(instanceOf(cluster, instanceId(number)), { engine: { controlAvailable: number === 1 } });
      cluster.probes?.set(instanceId(number), answered(probe));
    }
    assert.deepEqual(managersOf(measured(cluster)), [1, 3, -1]);
  });

  it('one that is declared no longer has its vote still, and is not among the healthy', () => {
    const cluster = wholeCluster({ managers: FIVE });
    redeclare(cluster, 'managers', { allocation: { kind: 'logicalIds', logicalIds: FIVE.slice(0, 3) } });
    assert.deepEqual(managersOf(measured(cluster)), [3, 3, 2]);
  });

  it('a quorum that nobody can see is lost as well: every engine is down, or nobody answers', () => {
    const down = wholeCluster();
    for (const [id, outcome] of down.probes ?? []) {
      if (outcome.kind === 'answered') down.probes?.set(id, answered({ ...outcome.probe, engine: { state: 'down' } }));
    }
    assert.deepEqual(managersOf(measured(down)), [0, 3, -2]);
    const silent = wholeCluster();
    for (const id of silent.probes?.keys() ?? []) {
      silent.probes?.set(id, { kind: 'silent', why: 'offline', reason: 'no agent' });
    }
    assert.deepEqual(managersOf(measured(silent)), [0, 3, -2]);
  });

  it('without asking, only too few machines for a majority say something', () => {
    const cluster = wholeCluster();
    cluster.probes = undefined;
    assert.deepEqual(managersOf(measured(cluster)), [undefined, 3, undefined]);
    terminate(cluster, instanceId(1));
    assert.deepEqual(managersOf(measured(cluster)), [undefined, 3, undefined]);
    terminate(cluster, instanceId(2));
    assert.deepEqual(managersOf(measured(cluster)), [undefined, 3, -1]);
    terminate(cluster, instanceId(3));
    assert.deepEqual(managersOf(measured(cluster)), [undefined, 3, -2]);
  });

  it('before the Swarm begins there is no quorum to lose, and no token to grow old', () => {
    const cluster = wholeCluster();
    cluster.records.genesis = undefined;
    for (const id of [1, 2, 3].map(instanceId)) terminate(cluster, id);
    cluster.probes = undefined;
    const figures = measured(cluster);
    assert.deepEqual(managersOf(figures), [undefined, 3, undefined]);
    assert.equal(figures[METRIC.tokenAgeDays], undefined);
  });

  it('the first certificate to end counts; one that has ended is below 0', () => {
    const cluster = wholeCluster();
    const id = instanceId(2);
    const probe = probeOf(instanceOf(cluster, id), { nodes: nodesOf(cluster) });
    assert.equal(measured(cluster)[METRIC.certificateDaysLeft], 80);
    cluster.probes?.set(id, answered({ ...probe, certificateEnds: NOW + 12 * DAY }));
    assert.equal(measured(cluster)[METRIC.certificateDaysLeft], 12);
    cluster.probes?.set(id, answered({ ...probe, certificateEnds: NOW - 3 * DAY }));
    assert.equal(measured(cluster)[METRIC.certificateDaysLeft], -3);
  });

  it('the certificate of a worker that was asked does not count: another machine takes its place', () => {
    const cluster = wholeCluster();
    const worker = probeOf(instanceOf(cluster, instanceId(101)), { raftState: 'none' });
    cluster.probes?.set(instanceId(101), answered({ ...worker, certificateEnds: NOW + DAY }));
    assert.equal(measured(cluster)[METRIC.certificateDaysLeft], 80);
  });

  it('tokens are as old as their last replacement, else as the Swarm', () => {
    const cluster = wholeCluster();
    const age = measured(cluster)[METRIC.tokenAgeDays];
    assert.equal(age, (50 * MINUTE) / DAY);
    const report = reportOf(cluster);
    const records = { ...report.input.records, rotation: { at: NOW - 2 * DAY, generations: {} } };
    assert.equal(figuresOf({ ...report, input: { ...report.input, records } })[METRIC.tokenAgeDays], 2);
  });
});
