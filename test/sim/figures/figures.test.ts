import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replaceFive } from './replacement.ts';
import { scaleOut } from './scale-out.ts';

describe("five machines replaced, InfraKit's own case", () => {
  it('never has fewer than five at work, and one more than five at the most', async () => {
    const { belowTarget, most } = await replaceFive(undefined);
    assert.deepEqual({ belowTarget, most }, { belowTarget: 0, most: 6 });
  });

  it('has one fewer where that is what was declared, and none more', async () => {
    const { belowTarget, most } = await replaceFive('{ maxSurge: 0, maxUnavailable: 1, healthySeconds: 0 }');
    assert.ok(belowTarget > 0);
    assert.equal(most, 5);
  });
});

describe("workers from none to many, under EC2's published limits", () => {
  it('takes little longer than machines and limits do, and asks for many things at once', async () => {
    const { ratio, callsPerWorker, refused } = await scaleOut(300);
    assert.ok(ratio >= 1 && ratio <= 1.25, `${ratio} times the least`);
    assert.ok(callsPerWorker < 0.4, `${callsPerWorker} AWS calls a worker`);
    assert.equal(refused, 0);
  });
});
