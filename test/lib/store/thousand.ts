import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaunchRecord, RolloutRecord } from '../../../lib/plan/records.ts';
import type { ClusterStatus } from '../../../lib/store/store.ts';
import { handClock, held, type MakeStore } from './contract.ts';
import { launchRecord, nextSpec } from './records.ts';

/** Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
const USER_DATA_LIMIT = 16 * 1024;

const idOf = (index: number) => `i-${index.toString(16).padStart(17, '0')}`;
const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => idOf(from + index));
export const sizeOf = (item: object) => Buffer.byteLength(JSON.stringify(item));

/** As EC2 would take it at the most: a batch of a hundred, with the longest user data. */
export function batch(group: string, zone: string, from: number): LaunchRecord {
  const slot = `batch/${group}/${zone}`;
  const { request, ...rest } = launchRecord(slot, {
    group,
    count: 100,
    instanceIds: ids(from, 100),
    state: 'launched',
  });
  return { ...rest, request: { ...request, count: 100, userData: 'x'.repeat(USER_DATA_LIMIT) } };
}

/** What a store holds of a thousand machines comes back whole. */
export function thousandMachines(name: string, makeStore: MakeStore): void {
  test(`${name}: the records of a thousand machines in twenty groups come back whole, over all pages`, async () => {
    const store = await makeStore(handClock());
    const { lease } = await held(store.acquire('a'));
    const groups = Array.from({ length: 20 }, (_, index) => `group-${index}`);
    const records = groups.flatMap((group, index) =>
      ['a', 'b', 'c'].map((zone, place) => batch(group, `us-east-1${zone}`, index * 300 + place * 100)),
    );
    // 1 MB is a page.
    assert.ok(records.reduce((sum, record) => sum + sizeOf(record), 0) > 1024 * 1024);
    const rollouts = groups.map(
      (group): RolloutRecord => ({ group, good: { version: 1, hash: 'a' }, halt: undefined, resumedAt: undefined }),
    );
    const suspicions = ids(0, 200).map((instanceId) => ({ instanceId, symptom: 'silent', since: 1, restartedAt: 2 }));
    for (const record of records) await store.putLaunch(lease, record);
    for (const record of rollouts) await store.putRollout(lease, record);
    for (const suspicion of suspicions) await store.putSuspicion(lease, suspicion);
    await store.commit(0, nextSpec());

    const memory = await store.memory();
    assert.equal(memory.committed?.version, 1);
    assert.deepEqual(memory.records.launches, new Map(records.map((record) => [record.slot, record])));
    assert.deepEqual(memory.records.rollouts, new Map(rollouts.map((record) => [record.group, record])));
    assert.equal(memory.records.suspicions.size, suspicions.length);
  });

  test(`${name}: a status of more than one item's room is stored from its beginning`, async () => {
    const store = await makeStore(handClock());
    const { lease } = await held(store.acquire('a'));
    const thousand = (reason: string): ClusterStatus => ({
      whole: false,
      at: 1,
      fence: lease.fence,
      specVersion: 1,
      held: ids(0, 1000).map((subject) => ({ rule: 'no-quorum', subject, reason })),
      waiting: ids(0, 1000).map((subject) => ({ what: 'instance to run', subject })),
    });
    const usual = thousand('one of three managers is reachable');
    await store.putStatus(lease, usual);
    assert.deepEqual(await store.status(), usual);
    const long = thousand('ü'.repeat(1000));
    await store.putStatus(lease, long);
    const stored = await store.status();
    assert.ok(stored);
    assert.ok(stored.held.length > 50 && stored.held.length < 1000);
    assert.deepEqual(stored.held, long.held.slice(0, stored.held.length));
    assert.deepEqual(stored.waiting, long.waiting);
  });

  test(`${name}: many events are told over all pages, from the time asked for`, async () => {
    const clock = handClock();
    const store = await makeStore(clock);
    const reason = 'x'.repeat(4000);
    const events = ids(0, 600).map((subject, index) => {
      return { at: clock.now() + index, kind: 'action' as const, name: 'launch', subject, reason, fence: 1 };
    });
    await store.log(events);
    const newestFirst = events.toReversed();
    assert.deepEqual(await store.events(1000), newestFirst);
    assert.deepEqual(await store.events(500), newestFirst.slice(0, 500));
    assert.deepEqual(await store.events(1000, clock.now() + 100), newestFirst.slice(0, 500));
  });
}
