import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../lib/plan/limits.ts';
import type { LaunchRecord } from '../../../lib/plan/records.ts';
import { batchSlot } from '../../../lib/plan/world.ts';
import {
  addWorker,
  emptyCluster,
  instanceId,
  launchRecord,
  NOW,
  redeclare,
  type TestCluster,
  wholeCluster,
  ZONES,
} from '../../support/cluster.ts';
import { heldBy, ofKind, planned } from './planned.ts';

const [A, B, C] = ZONES;

/** No worker is there yet. */
function none(workers: number): TestCluster {
  return emptyCluster({ workers });
}

/** A launch of workers in a zone: of two machines, that was begun so long ago, with what is said else. */
function begin(cluster: TestCluster, zone: string, age: number, change: Partial<LaunchRecord> = {}): LaunchRecord {
  const slot = batchSlot('workers', zone);
  const ids = [instanceId(0x301), instanceId(0x302)];
  const record = { ...launchRecord(slot, 'workers', ids, NOW - age), generation: 4, confirmedAt: undefined, ...change };
  cluster.records.launches.set(slot, record);
  return record;
}

const INTENDED = { state: 'intended', instanceIds: [], launchedAt: undefined } as const;

interface Launch {
  readonly zone: string;
  readonly count: number;
  readonly generation: number;
  readonly replay: boolean;
}

function launches(cluster: TestCluster): Launch[] {
  return ofKind(planned(cluster).actions, 'launch').flatMap(({ order, generation, replay }) =>
    order.kind === 'batch' ? [{ zone: order.zone, count: order.count, generation, replay }] : [],
  );
}

function counts(cluster: TestCluster): (readonly [string, number])[] {
  return launches(cluster).map(({ zone, count }) => [zone, count] as const);
}

describe('workers that are missing', () => {
  it('are spread over the zones, the emptiest first', () => {
    assert.deepEqual(counts(none(4)), [
      [A, 2],
      [B, 1],
      [C, 1],
    ]);
    const cluster = none(5);
    addWorker(cluster, instanceId(1), A);
    addWorker(cluster, instanceId(2), A);
    assert.deepEqual(counts(cluster), [
      [B, 2],
      [C, 1],
    ]);
  });

  it('are asked for in batches, the rest in the next pass', () => {
    const [first] = counts(none(LIMITS.batch * 3 + 30));
    assert.deepEqual(first, [A, LIMITS.batch]);
    assert.equal(counts(none(LIMITS.batch * 3 + 30)).length, 3);
  });

  it('are launched under the next generation of their zone', () => {
    const cluster = wholeCluster({ workers: 3 });
    redeclare(cluster, 'workers', { allocation: { kind: 'size', size: 4 } });
    assert.deepEqual(launches(cluster), [{ zone: A, count: 1, generation: 2, replay: false }]);
    assert.deepEqual(launches(none(1)), [{ zone: A, count: 1, generation: 1, replay: false }]);
  });

  it('are launched elsewhere where a zone backs off, and that is held when all do', () => {
    const cluster = none(2);
    const failed = {
      state: 'failed',
      instanceIds: [],
      failures: 3,
      lastError: 'InsufficientInstanceCapacity',
    } as const;
    begin(cluster, A, 1_000, failed);
    assert.deepEqual(counts(cluster), [
      [B, 1],
      [C, 1],
    ]);
    begin(cluster, B, 2_000, failed);
    begin(cluster, C, 500, { ...failed, failures: LIMITS.failuresToPark });
    assert.deepEqual(counts(cluster), []);
    const held = heldBy(cluster, 'backoff');
    assert.equal(held?.until, NOW + 18_000, 'of the one that is tried first');
    assert.match(held?.reason ?? '', /^2 missing; us-east-1a: 3 launches in a row .*; us-east-1b: .*; us-east-1c: /);
    for (const zone of [A, B]) begin(cluster, zone, 1_000, { ...failed, failures: LIMITS.failuresToPark });
    assert.ok(heldBy(cluster, 'parked'));
  });

  it('count as failed when they are gone before they were healthy', () => {
    const cluster = none(2);
    for (const zone of ZONES) begin(cluster, zone, 1_000, { failures: 2 });
    cluster.instances = [1, 2].map((number) => ({
      ...(wholeCluster().instances.at(-1) ?? assert.fail()),
      id: instanceId(0x300 + number),
      state: 'terminated',
    }));
    assert.deepEqual(counts(cluster), []);
    assert.match(heldBy(cluster, 'backoff')?.reason ?? '', /3 launches in a row failed/);
  });
});

describe('a launch of workers whose answer was never written down', () => {
  it('is sent again to the letter, and nothing else is launched in its place', () => {
    const cluster = none(2);
    begin(cluster, B, 1_000, INTENDED);
    assert.deepEqual(launches(cluster), [{ zone: B, count: 2, generation: 4, replay: true }]);
  });

  it('leaves what is missing besides to other zones', () => {
    const cluster = none(3);
    begin(cluster, A, 1_000, INTENDED);
    assert.deepEqual(launches(cluster), [
      { zone: A, count: 2, generation: 4, replay: true },
      { zone: B, count: 1, generation: 1, replay: false },
    ]);
  });

  it('is made sure of for the record also when its machines are listed', () => {
    const cluster = none(2);
    for (const number of [0x301, 0x302]) addWorker(cluster, instanceId(number), B, NOW - 1_000);
    cluster.instances = cluster.instances.map((one) => ({ ...one, generation: 4 }));
    begin(cluster, B, 1_000, INTENDED);
    assert.deepEqual(launches(cluster), [{ zone: B, count: 2, generation: 4, replay: true }]);
    redeclare(cluster, 'workers', { allocation: { kind: 'size', size: 1 } });
    assert.deepEqual(
      launches(cluster).map(({ replay }) => replay),
      [true],
      'that makes no machine more',
    );
  });

  it('is not sent again where machines of another launch, or in another zone, fill the number', () => {
    const cluster = none(2);
    for (const [number, zone] of [
      [0x401, B],
      [0x402, C],
    ] as const)
      addWorker(cluster, instanceId(number), zone);
    cluster.instances = cluster.instances.map((one) => (one.zone === C ? { ...one, generation: 4 } : one));
    begin(cluster, B, 1_000, INTENDED);
    assert.deepEqual(launches(cluster), []);
    assert.ok(planned(cluster).waiting.some(({ what }) => what === 'a launch of unknown outcome to be listed'));
    begin(cluster, B, LIMITS.visibility, INTENDED);
    const [abandon] = ofKind(planned(cluster).actions, 'abandonLaunch');
    assert.deepEqual([abandon?.slot, abandon?.generation], [batchSlot('workers', B), 4]);
  });

  it('counts as two machines that may come, when others are wanted', () => {
    const cluster = none(3);
    begin(cluster, A, 1_000, INTENDED);
    begin(cluster, B, 1_000, { ...INTENDED, count: 2 });
    const total = launches(cluster).reduce((sum, { count }) => sum + count, 0);
    assert.equal(total, 2, 'the second would be one too many');
    begin(cluster, C, 1_000, { ...INTENDED, count: 2 });
    assert.deepEqual(planned(cluster).held, [], 'no zone is free, and none is refused');
  });
});

describe('a launch of workers that are not listed yet', () => {
  it('is waited for, and counts', () => {
    const cluster = none(2);
    begin(cluster, B, LIMITS.visibility - 1);
    assert.deepEqual(launches(cluster), []);
    assert.ok(
      planned(cluster).waiting.some(({ what }) => what === `${instanceId(0x301)}, ${instanceId(0x302)} to be listed`),
    );
  });

  it('counts as well when the next of its zone was launched meanwhile: EC2 listed it, and does not now', () => {
    const earlier = [{ instanceIds: [instanceId(0x300)], launchedAt: NOW - LIMITS.unlisted + 1 }];
    const cluster = none(3);
    begin(cluster, B, 1_000, { earlier });
    assert.deepEqual(launches(cluster), []);
    assert.ok(planned(cluster).waiting.some(({ what }) => what === `${instanceId(0x300)} to be listed again`));
    cluster.now += 1;
    assert.deepEqual(counts(cluster), [[A, 1]], 'by now it would be listed if it were there');
  });

  it('is sent again when it takes too long', () => {
    const cluster = none(2);
    begin(cluster, B, LIMITS.visibility);
    assert.deepEqual(launches(cluster), [{ zone: B, count: 2, generation: 4, replay: true }]);
  });

  it('is given up after so long that EC2 would not list it any more', () => {
    const cluster = none(2);
    begin(cluster, B, LIMITS.replay, { confirmedAt: NOW - LIMITS.replay });
    assert.deepEqual(counts(cluster), [
      [A, 1],
      [B, 1],
    ]);
    assert.deepEqual(
      launches(cluster).map(({ generation, replay }) => [generation, replay]),
      [
        [1, false],
        [5, false],
      ],
    );
  });

  it('counts only with those of its machines that are missing', () => {
    const cluster = none(3);
    addWorker(cluster, instanceId(0x301), B, NOW - 1_000);
    begin(cluster, B, 1_000);
    assert.deepEqual(counts(cluster), [[A, 1]]);
  });
});
