import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimers } from '../../../lab/sim/timers.ts';
import { seededRandom } from '../../support/random.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

test('timers fire by time, then by order of making, and promises settle in between', async () => {
  const clock = createVirtualClock(1000);
  const seen: string[] = [];
  const note = async (name: string, milliseconds: number) => {
    await clock.sleep(milliseconds);
    await Promise.resolve();
    seen.push(`${name}@${clock.now()}`);
  };
  void note('c', 30);
  void note('a', 10).then(() => note('b', 5));
  void note('d', 30);
  await clock.advance(29);
  assert.deepEqual(seen, ['a@1010', 'b@1015']);
  await clock.advance(1);
  assert.deepEqual(seen, ['a@1010', 'b@1015', 'c@1030', 'd@1030']);
  assert.equal(clock.pending, 0);
});

test('a sleep can be aborted, before and while it sleeps', async () => {
  const clock = createVirtualClock(0);
  const abort = new AbortController();
  const sleeping = clock.sleep(10, abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(sleeping, /enough/);
  await assert.rejects(clock.sleep(10, abort.signal), /enough/);
  assert.equal(clock.pending, 0);
});

test('run stops as soon as the condition holds, at the limit, or when nothing is left', async () => {
  const clock = createVirtualClock(0);
  let ticks = 0;
  const timers = createTimers(clock);
  const again = () => {
    timers.after(100, () => {
      ticks += 1;
      again();
    });
  };
  again();
  assert.equal(await clock.run(() => ticks === 3, 10_000), true);
  assert.equal(clock.monotonic(), 300);
  assert.equal(await clock.run(() => ticks === 100, 1000), false);
  assert.equal(clock.monotonic(), 1300);
  timers.cancelAll();
  assert.equal(await clock.run(() => false, 1000), false);
});

test('many timers come back in order', async () => {
  const clock = createVirtualClock(0);
  const random = seededRandom(7);
  const fired: number[] = [];
  for (let i = 0; i < 500; i += 1) {
    const at = Math.floor(random() * 1000);
    void clock.sleep(at).then(() => fired.push(at));
  }
  await clock.advance(1000);
  assert.equal(fired.length, 500);
  assert.deepEqual(
    fired,
    fired.toSorted((a, b) => a - b),
  );
});

test('a seed gives the same numbers', () => {
  const [a, b, c] = [seededRandom(1), seededRandom(1), seededRandom(2)];
  assert.deepEqual([a(), a(), a()], [b(), b(), b()]);
  assert.notEqual(a(), c());
});
