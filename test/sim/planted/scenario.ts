import { powerCut } from '../../../lab/region/ec2/lifecycle.ts';
import type { Instance } from '../../../lab/region/ec2/model.ts';
import { TAG } from '../../../lib/names.ts';
import { addStateVolume } from '../deployment.ts';
import type { Violation } from '../invariants.ts';
import type { Overrides } from '../overrides.ts';
import { specOf } from '../spec.ts';
import { calmWeather } from '../weather.ts';
import { createWorld, type World } from '../world.ts';

/** One story that is always the same but for the seed's timing. @returns the rules that were broken in it */
export type Scenario = (seed: number, overrides: Overrides) => Promise<readonly Violation[]>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Every manager's machine and volume are lost; somebody deploys new, blank volumes. That is no reason for a new Swarm. */
export const allVolumesLost: Scenario = (seed, overrides) =>
  story(seed, overrides, async (world) => {
    for (const volume of [...world.region.inside.ec2.volumes]) {
      if (!volume.tags.has(TAG.logicalId)) continue;
      const holder = world.truth.instance(volume.attachment?.instanceId ?? '');
      if (holder !== undefined) await die(world, holder);
      await world.clock.run(() => volume.attachment === undefined, 5 * MINUTE);
      world.region.inside.ec2.volumes.delete(volume.id);
      addStateVolume(world.region, volume.zone, volume.size, volume.tags);
    }
    await run(world, 15 * MINUTE);
  });

/** Slots tried in vain: what may be spent on them in this time, by the planner's own back-off and parking. */
const MOST_LAUNCHES_PER_SLOT = 12;

/** No boot succeeds for an hour and a half, and then all do. */
export const bootsFailForHours: Scenario = (seed, overrides) =>
  story(seed, overrides, async (world) => {
    world.weather.bootFails = 1;
    for (const instance of world.truth.live()) {
      if (!instance.tags.has(TAG.logicalId)) void die(world, instance);
    }
    const before = world.invariants.launches;
    await run(world, 90 * MINUTE);
    const slots = world.truth.size('workers');
    const launches = world.invariants.launches - before;
    if (launches > slots * MOST_LAUNCHES_PER_SLOT) {
      world.report('spend-is-bounded', `${launches} launches in 90 min for ${slots} workers that never come up`);
    }
    Object.assign(world.weather, calmWeather());
    if (!(await isWholeWithin(world, 8 * HOUR))) world.report('whole-again', world.truth.flaws().join('; '));
  });

async function story(seed: number, overrides: Overrides, tell: (world: World) => Promise<void>) {
  const world = await createWorld({ seed, overrides, spec: specOf(3, 2) });
  if (await isWholeWithin(world, 10 * MINUTE)) await tell(world);
  else world.report('whole-from-nothing', world.truth.flaws().join('; '));
  return world.violations;
}

async function die(world: World, instance: Instance): Promise<void> {
  await powerCut(world.region.inside.ec2, instance);
}

function run(world: World, milliseconds: number): Promise<boolean> {
  return world.clock.run(() => world.violations.length > 0, milliseconds);
}

async function isWholeWithin(world: World, milliseconds: number): Promise<boolean> {
  const { clock, truth, lambda, violations } = world;
  const settled = () => lambda.running.size === 0 && truth.flaws().length === 0;
  await clock.run(() => violations.length > 0 || settled(), milliseconds);
  return violations.length === 0 && settled();
}
