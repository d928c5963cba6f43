import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LeaseLostError, type Store } from '../../../lib/store/store.ts';
import { type HandClock, handClock, type MakeStore } from './contract.ts';
import { launchRecord } from './records.ts';

/**
 * What a convergence does with the lease, and nothing else. `looked` is told which wake-ups each look at the world
 * came after: a wake-up is lost if no look by a holder came after it.
 */
async function converge(
  store: Store,
  owner: string,
  looked: (wanted: number) => void,
  crashed: () => boolean,
): Promise<void> {
  await store.wake();
  const acquisition = await store.acquire(owner);
  if (!acquisition.acquired) return;
  let { wanted } = acquisition;
  do {
    if (crashed()) return;
    try {
      ({ wanted } = await store.renew(acquisition.lease));
      looked(wanted);
      await store.putLaunch(acquisition.lease, launchRecord('slot', { generation: acquisition.lease.fence }));
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      throw error;
    }
  } while ((await store.release(acquisition.lease, wanted)) === 'wanted-again');
}

/** Puts each call of the store into the scheduler's hands, before it is made and before its answer arrives. */
function scheduled(store: Store, scheduler: fc.Scheduler): Store {
  const through =
    <A extends unknown[], R>(label: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await scheduler.schedule(Promise.resolve(), `${label} is sent`);
      const answer = await call(...args);
      await scheduler.schedule(Promise.resolve(), `${label} is answered`);
      return answer;
    };
  return {
    ...store,
    wake: through('wake', store.wake),
    acquire: through('acquire', store.acquire),
    renew: through('renew', store.renew),
    release: through('release', store.release),
    putLaunch: through('putLaunch', store.putLaunch),
  };
}

export function storeRaces(name: string, makeStore: MakeStore, numRuns: number): void {
  test(`${name}: no wake-up is lost, however the wakers' calls fall between each other`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), async (scheduler, wakers) => {
        const store = await makeStore(handClock());
        const between = scheduled(store, scheduler);
        let newest = 0;
        const all = Array.from({ length: wakers }, (_, index) =>
          converge(
            between,
            `owner-${index}`,
            (wanted) => (newest = Math.max(newest, wanted)),
            () => false,
          ),
        );
        await scheduler.waitFor(Promise.all(all));
        assert.equal(newest, wakers);
        assert.equal((await store.acquire('after')).acquired, true);
      }),
      { numRuns },
    );
  });

  test(`${name}: after crashes and late holders the newest fence has the last word`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.record({ crashes: fc.boolean(), after: fc.constantFrom(0, 10_000, 20_000, 40_000) }), {
          minLength: 2,
          maxLength: 6,
        }),
        async (scheduler, wakers) => {
          const clock: HandClock = handClock();
          const store = await makeStore(clock);
          const between = scheduled(store, scheduler);
          let newest = 0;
          const all = wakers.map(async ({ crashes, after }, index) => {
            await scheduler.schedule(Promise.resolve(), `waker ${index} begins`);
            clock.advance(after);
            await converge(
              between,
              `owner-${index}`,
              (wanted) => (newest = Math.max(newest, wanted)),
              () => crashes,
            );
          });
          await scheduler.waitFor(Promise.all(all));
          // The schedule comes by when every crashed holder's lease has run out.
          clock.advance(40_000);
          await converge(
            store,
            'schedule',
            (wanted) => (newest = Math.max(newest, wanted)),
            () => false,
          );
          assert.equal(newest, wakers.length + 1);
          const last = (await store.memory()).records.launches.get('slot');
          const next = await store.acquire('after');
          assert.ok(next.acquired);
          assert.equal(last?.generation, next.lease.fence - 1);
        },
      ),
      { numRuns },
    );
  });
}
