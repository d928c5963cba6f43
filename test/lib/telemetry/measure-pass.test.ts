import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRIC, METRIC_NAMESPACE, unitOf } from '../../../lib/metrics.ts';
import type { LaunchAction } from '../../../lib/plan/action.ts';
import type { ClusterStatus } from '../../../lib/store/store.ts';
import {
  declaredHash,
  instanceId,
  launchRecord,
  MINUTE,
  NOW,
  nodesOf,
  probeAll,
  redeclare,
  terminate,
  wholeCluster,
} from '../../support/cluster.ts';
import { figuresOf, performed, reportOf } from './passes.ts';

const SLOT = 'pet/10.42.0.10';

const launch = (failures: number, replay = false): LaunchAction & { reason: string } => ({
  kind: 'launch',
  slot: SLOT,
  group: 'managers',
  generation: 2,
  replay,
  version: 1,
  failures,
  order: { kind: 'pet', logicalId: '10.42.0.10', interfaceId: 'eni-1', volumeId: 'vol-1' },
  reason: 'it is gone',
});

const statusAt = (change: Partial<ClusterStatus>): ClusterStatus => ({
  whole: false,
  at: NOW - MINUTE,
  fence: 6,
  specVersion: 1,
  held: [],
  waiting: [],
  ...change,
});

describe('a pass in figures', () => {
  it('of a whole cluster', () => {
    assert.deepEqual(figuresOf(reportOf(wholeCluster()), 3), {
      [METRIC.passes]: 1,
      [METRIC.passSeconds]: 1.2,
      [METRIC.whole]: 1,
      [METRIC.secondsNotWhole]: 0,
      [METRIC.declaredManagers]: 3,
      [METRIC.healthyManagers]: 3,
      [METRIC.quorumMargin]: 1,
      [METRIC.certificateDaysLeft]: 80,
      [METRIC.tokenAgeDays]: 50 / 24 / 60,
      [METRIC.declaredWorkers]: 2,
      [METRIC.healthyWorkers]: 2,
      [METRIC.actions]: 0,
      [METRIC.failedActions]: 0,
      [METRIC.failedLaunches]: 0,
      [METRIC.parkedSlots]: 0,
      [METRIC.failedRollouts]: 0,
      [METRIC.throttles]: 3,
    });
  });

  it('counts for how long it has not been whole from the first pass that found it so, and once how long it took', () => {
    const cluster = wholeCluster();
    terminate(cluster, instanceId(101));
    const first = reportOf(cluster, { before: statusAt({ whole: true }) });
    assert.deepEqual([first.status.whole, first.status.notWholeSince], [false, NOW]);
    assert.equal(figuresOf(first)[METRIC.secondsNotWhole], 0);

    cluster.now = NOW + 20 * MINUTE;
    const later = reportOf(cluster, { before: first.status });
    assert.equal(figuresOf(later)[METRIC.secondsNotWhole], 1200);
    assert.equal(figuresOf(later)[METRIC.secondsToWhole], undefined);

    const over = reportOf(wholeCluster(), { before: statusAt({ notWholeSince: NOW - 90_000 }) });
    assert.equal(over.status.notWholeSince, undefined);
    assert.deepEqual([figuresOf(over)[METRIC.secondsNotWhole], figuresOf(over)[METRIC.secondsToWhole]], [0, 90]);
    const after = reportOf(wholeCluster(), { before: over.status });
    assert.equal(figuresOf(after)[METRIC.secondsToWhole], undefined);
  });

  it('knows of a status without the moment only that it is as old as itself', () => {
    const report = reportOf(wholeCluster(), { before: statusAt({}) });
    assert.equal(figuresOf(report)[METRIC.secondsToWhole], 60);
  });

  it('counts actions, and among them those that failed', () => {
    const done = [
      performed({ kind: 'absolve', instanceId: instanceId(1), reason: 'well' }),
      performed({ kind: 'claimGenesis', seed: '10.42.0.10', reason: 'first' }, { code: 'Busy', retry: 'soon' }),
    ];
    const figures = figuresOf(reportOf(wholeCluster(), { performed: done }));
    assert.deepEqual([figures[METRIC.actions], figures[METRIC.failedActions]], [2, 1]);
  });

  it('counts a launch as failed that is refused, not one that is only put off', () => {
    const refused = performed(launch(0), { code: 'InsufficientInstanceCapacity', retry: 'backoff' });
    const putOff = performed(launch(0), { code: 'LaunchPaced', retry: 'soon' });
    const count = (one: typeof refused) => figuresOf(reportOf(wholeCluster(), { performed: [one] })).FailedLaunches;
    assert.deepEqual([count(refused), count(putOff), count(performed(launch(0)))], [1, 0, 0]);
  });

  it('counts a machine that ended before it was ready once: when the next one is launched', () => {
    const cluster = wholeCluster();
    const record = { ...launchRecord(SLOT, 'managers', [instanceId(9)], NOW - MINUTE), failures: 2 };
    cluster.records.launches.set(SLOT, record);
    const count = (action: LaunchAction & { reason: string }) =>
      figuresOf(reportOf(cluster, { performed: [performed(action)] })).FailedLaunches;
    assert.deepEqual([count(launch(3)), count(launch(3, true)), count(launch(2))], [1, 0, 0]);
  });

  it('counts slots that stopped spending', () => {
    const cluster = wholeCluster();
    terminate(cluster, instanceId(1));
    const failed = { ...launchRecord(SLOT, 'managers', [], NOW - MINUTE), state: 'failed' as const, failures: 8 };
    cluster.records.launches.set(SLOT, { ...failed, confirmedAt: undefined, lastError: 'VcpuLimitExceeded: no' });
    assert.equal(figuresOf(reportOf(cluster))[METRIC.parkedSlots], 1);
  });

  it('counts a roll-out that the controller halted for as long as it stands, not one that a person halted', () => {
    const cluster = wholeCluster();
    redeclare(cluster, 'workers', { instanceType: 't4g.large' });
    const halt = { hash: declaredHash(cluster, 'workers'), by: 'controller', reason: 'no', at: NOW };
    const record = { group: 'workers', good: { version: 1, hash: 'old' }, halt, resumedAt: undefined };
    cluster.records.rollouts.set('workers', record);
    assert.equal(figuresOf(reportOf(cluster))[METRIC.failedRollouts], 1);
    cluster.records.rollouts.set('workers', { ...record, halt: { ...halt, by: 'ada' } });
    assert.equal(figuresOf(reportOf(cluster))[METRIC.failedRollouts], 0);
    cluster.records.rollouts.set('workers', { ...record, halt: { ...halt, hash: 'another' } });
    assert.equal(figuresOf(reportOf(cluster))[METRIC.failedRollouts], 0);
  });

  it('counts a roll-out that is taken back in the pass that does it', () => {
    const record = { group: 'workers', good: undefined, halt: undefined, resumedAt: undefined };
    const back = performed({ kind: 'rollBack', group: 'workers', toVersion: 1, record, reason: 'failed' });
    assert.equal(figuresOf(reportOf(wholeCluster(), { performed: [back] }))[METRIC.failedRollouts], 1);
    const failed = performed(back.action, { code: 'SpecConflict', retry: 'soon' });
    assert.equal(figuresOf(reportOf(wholeCluster(), { performed: [failed] }))[METRIC.failedRollouts], 0);
  });

  it('knows of workers only with a quorum, and of those that are ready only', () => {
    const cluster = wholeCluster();
    probeAll(
      cluster,
      nodesOf(cluster).map((node) => (node.hostname === instanceId(102) ? { ...node, state: 'down' } : node)),
    );
    assert.equal(figuresOf(reportOf(cluster))[METRIC.healthyWorkers], 1);
    const listed = nodesOf(cluster);
    terminate(cluster, instanceId(101));
    probeAll(cluster, listed);
    assert.equal(figuresOf(reportOf(cluster))[METRIC.healthyWorkers], 1, 'its node is listed still');
    cluster.probes = undefined;
    const figures = figuresOf(reportOf(cluster));
    assert.deepEqual([figures[METRIC.healthyWorkers], figures[METRIC.declaredWorkers]], [undefined, 2]);
  });
});

describe('the names', () => {
  it('are each its own, and have a unit that CloudWatch knows', () => {
    const names = Object.values(METRIC);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(new Set(names.map(unitOf)), new Set(['Count', 'Seconds', 'None']));
    assert.match(METRIC_NAMESPACE, /^(?!AWS\/)[A-Za-z]+$/);
  });
});
