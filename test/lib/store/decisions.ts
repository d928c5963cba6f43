import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MachineOrder, Recovery, RolloutHalt, RolloutRecord } from '../../../lib/plan/records.ts';
import { LeaseLostError, type Store } from '../../../lib/store/store.ts';
import { type HandClock, handClock, held, type MakeStore } from './contract.ts';

const HALT: RolloutHalt = { hash: 'abc123', by: 'ada', reason: 'too slow', at: 5 };
const GOOD = { version: 3, hash: 'abc123' };
const RECORD: RolloutRecord = { group: 'workers', good: GOOD, halt: undefined, resumedAt: undefined };
const RECOVERY: Recovery = { survivor: '10.42.1.10', clusterId: 'swarm', by: 'ada', requestedAt: 9 };

const ORDER: MachineOrder = { instanceId: 'i-1', what: 'replace', by: 'ada', reason: 'noise', at: 9 };

const rolloutOf = async (store: Store) => (await store.memory()).records.rollouts.get('workers');

/** What every store promises of what people decide beside the controller. */
export function decisionContract(name: string, makeStore: MakeStore): void {
  const check = (what: string, body: (store: Store, clock: HandClock) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const clock = handClock();
      await body(await makeStore(clock), clock);
    });

  check('a new store knows of no roll-out and no recovery', async (store) => {
    const { records } = await store.memory();
    assert.equal(records.rollouts.size, 0);
    assert.equal(records.recovery, undefined);
  });

  check('roll-outs come back as they were written, each under its group', async (store) => {
    const { lease } = await held(store.acquire('a'));
    const managers: RolloutRecord = { group: 'managers', good: undefined, halt: HALT, resumedAt: 7 };
    await store.putRollout(lease, RECORD);
    await store.putRollout(lease, managers);
    assert.deepEqual(
      (await store.memory()).records.rollouts,
      new Map([
        ['workers', RECORD],
        ['managers', managers],
      ]),
    );
    await store.putRollout(lease, { ...managers, halt: undefined, resumedAt: undefined });
    assert.deepEqual((await store.memory()).records.rollouts.get('managers'), {
      group: 'managers',
      good: undefined,
      halt: undefined,
      resumedAt: undefined,
    });
  });

  check('a person halts and resumes without the lease, and what is good stays', async (store, clock) => {
    await store.decideRollout('workers', HALT);
    assert.deepEqual(await rolloutOf(store), { ...RECORD, good: undefined, halt: HALT });
    const { lease } = await held(store.acquire('a'));
    await store.putRollout(lease, RECORD);
    assert.deepEqual(await rolloutOf(store), RECORD);
    await store.decideRollout('workers', HALT);
    assert.deepEqual(await rolloutOf(store), { ...RECORD, halt: HALT });
    const resumed = clock.now();
    await store.decideRollout('workers', undefined);
    assert.deepEqual(await rolloutOf(store), { ...RECORD, resumedAt: resumed });
    clock.advance(1000);
    await store.decideRollout('workers', { ...HALT, at: 6 });
    assert.deepEqual(await rolloutOf(store), { ...RECORD, halt: { ...HALT, at: 6 }, resumedAt: resumed });
  });

  check('the controller does not undo a decision that it has not seen', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    const byController: RolloutRecord = { ...RECORD, good: undefined, halt: { ...HALT, by: 'controller' } };
    await store.putRollout(lease, byController);
    await store.memory();
    await store.decideRollout('workers', undefined);
    await store.putRollout(lease, byController);
    assert.deepEqual(await rolloutOf(store), { ...byController, halt: undefined, resumedAt: clock.now() });

    await store.decideRollout('workers', HALT);
    await store.putRollout(lease, RECORD);
    assert.deepEqual(await rolloutOf(store), { ...RECORD, halt: HALT, resumedAt: clock.now() });

    // Seen by now: what the controller says of it counts again.
    await store.putRollout(lease, RECORD);
    assert.deepEqual(await rolloutOf(store), RECORD);
  });

  check('of two decisions the later one is in force', async (store) => {
    await store.decideRollout('workers', undefined);
    await store.decideRollout('workers', HALT);
    assert.deepEqual((await rolloutOf(store))?.halt, HALT);
    await store.decideRollout('workers', { ...HALT, by: 'bob', at: 1 });
    assert.deepEqual((await rolloutOf(store))?.halt, { ...HALT, by: 'bob', at: 1 });
  });

  check('a person pauses and resumes without the lease; of two decisions the later one is in force', async (store) => {
    const pauseOf = async () => (await store.memory()).records.pause;
    assert.equal(await pauseOf(), undefined);
    await store.decidePause(undefined);
    assert.equal(await pauseOf(), undefined);
    const { lease } = await held(store.acquire('a'));
    await store.decidePause({ by: 'ada', reason: 'to look at it', at: 5 });
    assert.deepEqual(await pauseOf(), { by: 'ada', reason: 'to look at it', at: 5 });
    await store.decidePause({ by: 'bob', reason: 'longer', at: 6 });
    assert.deepEqual(await pauseOf(), { by: 'bob', reason: 'longer', at: 6 });
    // Neither begins nor ends with a removal.
    await store.setMode(lease, 'removing');
    assert.deepEqual([(await store.memory()).records.mode, (await pauseOf())?.by], ['removing', 'bob']);
    await store.decidePause(undefined);
    assert.deepEqual([(await store.memory()).records.mode, await pauseOf()], ['removing', undefined]);
  });

  check('an order about a machine is given, replaced and withdrawn without the lease', async (store) => {
    const ordersOf = async () => [...((await store.memory()).records.orders ?? [])];
    assert.deepEqual(await ordersOf(), []);
    await store.decideOrder('i-1', undefined);
    assert.deepEqual(await ordersOf(), []);
    await store.decideOrder('i-1', ORDER);
    await store.decideOrder('i-2', { ...ORDER, instanceId: 'i-2' });
    await store.decideOrder('i-1', { ...ORDER, what: 'drain', by: 'bob' });
    assert.deepEqual(await ordersOf(), [
      ['i-1', { ...ORDER, what: 'drain', by: 'bob' }],
      ['i-2', { ...ORDER, instanceId: 'i-2' }],
    ]);
    await store.decideOrder('i-1', undefined);
    assert.deepEqual((await ordersOf()).length, 1);
    await store.decideOrder('i-1', ORDER);
    assert.deepEqual(new Map(await ordersOf()).get('i-1'), ORDER);
  });

  check('only the holder of the lease forgets an order', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    await store.decideOrder('i-1', ORDER);
    await store.removeOrder(lease, 'i-1');
    await store.removeOrder(lease, 'i-1');
    assert.equal((await store.memory()).records.orders?.size, 0);
    await store.decideOrder('i-1', ORDER);
    clock.advance(40_000);
    await held(store.acquire('b'));
    await assert.rejects(store.removeOrder(lease, 'i-1'), LeaseLostError);
    assert.equal((await store.memory()).records.orders?.size, 1);
  });

  check('a recovery that is under way is kept, and told to who asks for another', async (store) => {
    assert.deepEqual(await store.requestRecovery(RECOVERY), RECOVERY);
    const other: Recovery = { ...RECOVERY, survivor: '10.42.2.10', by: 'bob', requestedAt: 10 };
    assert.deepEqual(await store.requestRecovery(other), RECOVERY);
    assert.deepEqual((await store.memory()).records.recovery, RECOVERY);
    const { lease } = await held(store.acquire('a'));
    await store.removeRecovery(lease);
    await store.removeRecovery(lease);
    assert.equal((await store.memory()).records.recovery, undefined);
    assert.deepEqual(await store.requestRecovery(other), other);
  });

  check('of many commands to recover at once all are told the same one', async (store) => {
    const requests = ['x', 'y', 'z'].map((by) => store.requestRecovery({ ...RECOVERY, by }));
    const answers = await Promise.all(requests);
    assert.equal(new Set(answers.map(({ by }) => by)).size, 1);
    assert.deepEqual((await store.memory()).records.recovery, answers[0]);
  });

  check('an expired holder writes no roll-out and ends no recovery', async (store, clock) => {
    const { lease } = await held(store.acquire('a'));
    clock.advance(40_000);
    await held(store.acquire('b'));
    await store.requestRecovery(RECOVERY);
    await store.decideRollout('workers', HALT);
    // Both ways that a roll-out is written: with the decision seen, and with one that is not.
    await assert.rejects(store.putRollout(lease, RECORD), LeaseLostError);
    await store.memory();
    await assert.rejects(store.putRollout(lease, RECORD), LeaseLostError);
    await assert.rejects(store.removeRecovery(lease), LeaseLostError);
    assert.deepEqual(await rolloutOf(store), { ...RECORD, good: undefined, halt: HALT });
    assert.deepEqual((await store.memory()).records.recovery, RECOVERY);
  });
}
