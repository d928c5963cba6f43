import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLaunchPace } from '../../../lib/aws/launch-pace.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

/** When each of the requests, all made at once, was let through, in milliseconds; -1: sent back. */
async function turns(counts: readonly number[], refusedFirst = false): Promise<number[]> {
  const clock = createVirtualClock(0);
  const pace = createLaunchPace(clock);
  if (refusedFirst) pace.refused();
  const times: number[] = counts.map(() => Number.NaN);
  for (const [index, count] of counts.entries()) {
    void pace.turn(count).then((wait) => {
      times[index] = wait > 0 ? -1 : clock.monotonic();
    });
  }
  await clock.run(() => times.every((time) => !Number.isNaN(time)), 60_000);
  return times;
}

/** EC2's own buckets, wherever in a second its refill comes. */
function isRefused(times: readonly number[], counts: readonly number[], phase: number): boolean {
  let requests = 5;
  let instances = 1000;
  let second = Math.floor((0 - phase) / 1000);
  for (const [index, time] of times.entries()) {
    const now = Math.floor((time - phase) / 1000);
    requests = Math.min(5, requests + 2 * (now - second)) - 1;
    instances = Math.min(1000, instances + 2 * (now - second)) - (counts[index] ?? 0);
    second = now;
    if (requests < 0 || instances < 0) return true;
  }
  return false;
}

describe('the pace of launches', () => {
  it('lets five requests through at once, then two in each second', async () => {
    assert.deepEqual(await turns(Array(10).fill(1)), [0, 0, 0, 0, 0, 1000, 1000, 2000, 2000, 3000]);
  });

  it('is never faster than EC2 allows, whenever its refill comes', async () => {
    const counts = [100, 300, 1, 1, 590, 4, 4, 4, 1, 1, 1, 1];
    const times = await turns(counts);
    for (let phase = 0; phase < 1000; phase += 50) assert.equal(isRefused(times, counts, phase), false, `${phase} ms`);
  });

  it('takes a thousand instances in ten requests as fast as the requests go', async () => {
    assert.equal(Math.max(...(await turns(Array(10).fill(100)))), 3000);
  });

  it('sends back what would wait for long, and goes on with what would not', async () => {
    assert.deepEqual(await turns([990, 100, 10]), [0, -1, 0]);
  });

  it('lets through at some time what is more than a bucket holds', async () => {
    assert.deepEqual(await turns([2000]), [0]);
  });

  it('has no request left after EC2 has refused one, but instances', async () => {
    assert.deepEqual(await turns([100, 100, 100], true), [1000, 1000, 2000]);
  });
});
