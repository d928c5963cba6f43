import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../lib/clock.ts';
import {
  type Acquisition,
  type EventRecord,
  type Lease,
  LeaseLostError,
  SpecConflictError,
  type Store,
} from '../../../lib/store/store.ts';
import { launchRecord, nextSpec } from './records.ts';

/** A clock that is moved by hand. Sleeping takes no time, so that nothing waits in a test. */
export interface HandClock extends Clock {
  advance(milliseconds: number): void;
}

export function handClock(start = 1_790_000_000_000): HandClock {
  let elapsed = 0;
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: async () => undefined,
    advance(milliseconds) {
      elapsed += milliseconds;
    },
  };
}

/** @param makeStore an empty store on the clock */
export type MakeStore = (clock: Clock) => Promise<Store>;

export async function held(acquisition: Promise<Acquisition>): Promise<{ lease: Lease; wanted: number }> {
  const result = await acquisition;
  if (!result.acquired) throw new Error(`not acquired: held by ${result.owner}`);
  return result;
}

/** What every store promises. */
export function storeContract(name: string, makeStore: MakeStore): void {
  const check = (what: string, body: (store: Store, clock: HandClock) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const clock = handClock();
      await body(await makeStore(clock), clock);
    });

  check('a new store is empty, and active', async (store) => {
    const { committed, records } = await store.memory();
    assert.equal(committed, undefined);
    assert.equal(records.genesis, undefined);
    assert.equal(records.mode, 'active');
    assert.deepEqual([records.launches.size, records.suspicions.size], [0, 0]);
    assert.equal(await store.status(), undefined);
    assert.equal(await store.version(1), undefined);
    assert.deepEqual(await store.events(10), []);
  });

  check('the fence grows with each acquisition', async (store) => {
    const first = await held(store.acquire('a'));
    assert.deepEqual(first, { acquired: true, lease: { owner: 'a', fence: 1 }, wanted: 0 });
    assert.equal(await store.release(first.lease, 0), 'released');
    const second = await held(store.acquire('b'));
    assert.equal(second.lease.fence, 2);
  });

  check('a lease that is held is refused to others, and says until when', async (store, clock) => {
    await store.wake();
    const first = await held(store.acquire('a'));
    assert.equal(first.wanted, 1);
    assert.deepEqual(await store.acquire('b'), { acquired: false, owner: 'a', until: clock.now() + 30_000 });
  });

  check('acquiring again as the same owner is the lost answer of the first time', async (store) => {
    const first = await held(store.acquire('a'));
    assert.deepEqual(await held(store.acquire('a')), first);
  });

  check('of many acquirers at once one succeeds', async (store) => {
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => store.acquire(`owner-${index}`)));
    assert.equal(results.filter((result) => result.acquired).length, 1);
  });

  check('a lease is taken over only when it and the skew are over', async (store, clock) => {
    const first = await held(store.acquire('a'));
    clock.advance(35_000);
    assert.equal((await store.acquire('b')).acquired, false);
    clock.advance(1);
    const second = await held(store.acquire('b'));
    assert.equal(second.lease.fence, first.lease.fence + 1);
    assert.equal((await store.acquire('a')).acquired, false);
  });

  check('renewing makes it last, and tells of wake-ups', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    clock.advance(25_000);
    await store.wake();
    assert.deepEqual(await store.renew(lease), { wanted: 1 });
    clock.advance(25_000);
    assert.equal((await store.acquire('b')).acquired, false);
  });

  check('a lease that ran out but that nobody took is still renewed', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    clock.advance(100_000);
    assert.deepEqual(await store.renew(lease), { wanted: 0 });
  });

  check('it is given back only with the newest wake-up seen', async (store) => {
    const { lease, wanted } = await held(store.acquire('a'));
    await store.wake();
    assert.equal(await store.release(lease, wanted), 'wanted-again');
    assert.equal((await store.acquire('b')).acquired, false);
    assert.equal(await store.release(lease, wanted + 1), 'released');
    assert.equal((await store.acquire('b')).acquired, true);
  });

  check('giving back twice is a lost answer as long as nobody came after', async (store) => {
    const { lease } = await held(store.acquire('a'));
    assert.equal(await store.release(lease, 0), 'released');
    assert.equal(await store.release(lease, 0), 'released');
    await held(store.acquire('b'));
    assert.equal(await store.release(lease, 0), 'lost');
  });

  check('an expired holder is fenced off from every write', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    clock.advance(40_000);
    const successor = await held(store.acquire('b'));
    const genesis = { seed: '10.42.0.10', claimedAt: 1, clusterId: undefined };
    const suspicion = { instanceId: 'i-1', symptom: 'silent', since: 1, restartedAt: undefined };
    const status = { whole: true, at: 1, fence: lease.fence, specVersion: 1, held: [], waiting: [] };
    await store.putSuspicion(successor.lease, suspicion);
    const writes: (() => Promise<unknown>)[] = [
      () => store.renew(lease),
      () => store.setMode(lease, 'removing'),
      () => store.putGenesis(lease, genesis),
      () => store.putLaunch(lease, launchRecord('pet/10.42.0.10')),
      () => store.putSuspicion(lease, { ...suspicion, instanceId: 'i-2' }),
      () => store.removeSuspicion(lease, 'i-1'),
      () => store.putRotation(lease, { at: 1, generations: {} }),
      () => store.putStatus(lease, status),
    ];
    for (const write of writes) await assert.rejects(write, LeaseLostError);
    assert.equal(await store.release(lease, 0), 'lost');
    const { records } = await store.memory();
    assert.equal(records.mode, 'active');
    assert.equal(records.genesis, undefined);
    assert.equal(records.rotation, undefined);
    assert.equal(records.launches.size, 0);
    assert.deepEqual([...records.suspicions.keys()], ['i-1']);
    assert.equal(await store.status(), undefined);
  });

  check('the same owner with an older fence is fenced off too', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    clock.advance(40_000);
    await held(store.acquire('a'));
    await assert.rejects(store.setMode(lease, 'removing'), LeaseLostError);
  });

  check('nothing is written after the lease was given back', async (store) => {
    const { lease } = await held(store.acquire('a'));
    await store.release(lease, 0);
    await assert.rejects(store.putLaunch(lease, launchRecord('pet/10.42.0.10')), LeaseLostError);
  });

  check('records come back as they were written', async (store) => {
    const { lease } = await held(store.acquire('a'));
    const genesis = { seed: '10.42.0.10', claimedAt: 5, clusterId: undefined };
    const pet = launchRecord('pet/10.42.0.10');
    const batch = launchRecord('batch/workers/us-east-1a', {
      state: 'launched',
      instanceIds: ['i-1', 'i-2'],
      launchedAt: 7,
      confirmedAt: 9,
      lastError: 'InsufficientInstanceCapacity: none',
      request: {
        ...pet.request,
        placement: { kind: 'subnet', subnetId: 'subnet-1' },
        rootVolume: { deviceName: '/dev/xvda', sizeGiB: 30, type: 'gp3' },
      },
    });
    const applied = { hash: '4f53cda18c2b', at: 5 };
    const suspicion = { instanceId: 'i-1', symptom: 'settings', since: 3, restartedAt: 4, applied };
    await store.putGenesis(lease, genesis);
    await store.putLaunch(lease, pet);
    await store.putLaunch(lease, batch);
    await store.putSuspicion(lease, suspicion);
    await store.putRotation(lease, { at: 8, generations: { '10.42.0.10': 2 } });
    await store.setMode(lease, 'removing');
    const { records } = await store.memory();
    assert.deepEqual(records.genesis, genesis);
    assert.deepEqual(records.launches.get('pet/10.42.0.10'), pet);
    assert.deepEqual(records.launches.get('batch/workers/us-east-1a'), batch);
    assert.deepEqual(records.suspicions.get('i-1'), suspicion);
    assert.deepEqual(records.rotation, { at: 8, generations: { '10.42.0.10': 2 } });
    assert.equal(records.mode, 'removing');

    await store.putGenesis(lease, { ...genesis, clusterId: 'swarm' });
    await store.putLaunch(lease, { ...pet, generation: 2 });
    await store.removeSuspicion(lease, 'i-1');
    await store.removeSuspicion(lease, 'i-1');
    await store.setMode(lease, 'active');
    const after = (await store.memory()).records;
    assert.equal(after.genesis?.clusterId, 'swarm');
    assert.equal(after.launches.get('pet/10.42.0.10')?.generation, 2);
    assert.equal(after.suspicions.size, 0);
    assert.equal(after.mode, 'active');
  });

  check('each commit is a version, and the older ones stay', async (store) => {
    const first = await store.commit(0, nextSpec('one'));
    assert.deepEqual(first, { ...nextSpec('one'), version: 1 });
    const second = await store.commit(1, nextSpec('two'));
    assert.deepEqual((await store.memory()).committed, second);
    assert.deepEqual(await store.version(1), first);
    assert.deepEqual(await store.version(2), second);
    assert.equal(await store.version(3), undefined);
  });

  check('of many commits on one version one succeeds', async (store) => {
    for (const based of [0, 1]) {
      const commits = ['x', 'y', 'z'].map((by) => store.commit(based, nextSpec(by)));
      const results = await Promise.allSettled(commits);
      const refused = results.filter((result) => result.status === 'rejected');
      assert.equal(refused.length, 2);
      for (const { reason } of refused) assert.ok(reason instanceof SpecConflictError, String(reason));
    }
    assert.equal((await store.memory()).committed?.version, 2);
    await assert.rejects(store.commit(0, nextSpec()), SpecConflictError);
    await assert.rejects(store.commit(5, nextSpec()), SpecConflictError);
  });

  check('the status is the last one written', async (store) => {
    const { lease } = await held(store.acquire('a'));
    const status = {
      whole: false,
      at: 12,
      fence: lease.fence,
      specVersion: 1,
      held: [{ rule: 'no-quorum', subject: '10.42.0.10', reason: 'one of three' }],
      waiting: [{ what: 'boot', subject: 'i-1' }],
    };
    await store.putStatus(lease, { ...status, whole: true });
    await store.putStatus(lease, status);
    assert.deepEqual(await store.status(), status);
  });

  check('events are told newest first, each once', async (store, clock) => {
    const event = (index: number): EventRecord => ({
      at: clock.now() + Math.floor(index / 2),
      kind: index % 2 === 0 ? 'action' : 'held',
      name: 'launch',
      subject: `i-${index}`,
      reason: 'gone',
      fence: index === 3 ? undefined : 1,
    });
    const events = Array.from({ length: 60 }, (_, index) => event(index));
    await store.log(events.slice(0, 59));
    await store.log(events.slice(59));
    await store.log([]);
    const all = await store.events(100);
    assert.equal(all.length, 60);
    assert.deepEqual(all[0], events[59]);
    assert.deepEqual(all.at(-1), events[0]);
    assert.deepEqual(await store.events(3), all.slice(0, 3));
    assert.deepEqual(await store.events(0), []);
    assert.deepEqual(await store.events(100, clock.now() + 28), all.slice(0, 4));
  });
}
