import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { specOf } from './spec.ts';
import { createWorld } from './world.ts';

const HOUR = 3_600_000;

describe('what can not succeed', () => {
  it('is tried eight times a slot in six hours, and no more: boots that always fail', async () => {
    const world = await createWorld({ seed: 1, spec: specOf(3, 2) });
    world.weather.bootFails = 1;
    await world.clock.run(() => world.violations.length > 0, 6 * HOUR);
    assert.deepEqual(world.violations, []);
    // Three managers, and the workers' slot in each of three zones.
    assert.ok(world.invariants.launches <= 6 * 8, `${world.invariants.launches} launches`);
    const { held = [] } = (await world.store.status()) ?? {};
    assert.ok(held.some(({ rule }) => rule === 'parked'));
    world.weather.bootFails = 0;
    const whole = await world.clock.run(() => world.truth.flaws().length === 0, 7 * HOUR);
    assert.ok(whole, world.truth.flaws().join('; '));
  });

  it('costs nothing where there is no capacity', async () => {
    const world = await createWorld({ seed: 2, spec: specOf(3, 2) });
    for (const zone of world.region.context.zones) world.weather.full.add(zone);
    await world.clock.run(() => world.violations.length > 0, 6 * HOUR);
    assert.deepEqual(world.violations, []);
    assert.deepEqual(world.truth.instances(), []);
  });
});
