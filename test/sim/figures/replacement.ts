import assert from 'node:assert/strict';
import type { SimulatedFleet } from '../../../lab/machines/simulated/fleet.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { createWorld, type World } from '../world.ts';
import { declared } from './declared.ts';

const SIZE = 5;
const STEP = 100;
const MINUTE = 60_000;

interface Replacement {
  readonly seconds: number;
  /** Share of that time in which fewer workers than declared were at work: nodes that are ready and take tasks. */
  readonly belowTarget: number;
  /** The most machines of the group at a time. */
  readonly most: number;
}

/**
 * InfraKit's own case of a rolling update: five instances that are there at once when they are asked for, all replaced.
 * Its updater ended each before it made the next: 39 to 58 s by its default poll, 67 % of it with fewer than five.
 * @param update of the workers, as the spec's file has it
 */
export async function replaceFive(update: string | undefined): Promise<Replacement> {
  const spec = declared({ workers: SIZE, ...(update === undefined ? {} : { update }) });
  const settings = { pendingMilliseconds: 0, shutdownMilliseconds: 0, attachMilliseconds: 0 };
  const world = await createWorld({ seed: 1, spec, overrides: { settings, machines: atOnce } });
  await untilWhole(world);
  // What was launched a moment ago is not what is rolled: all have been healthy for long.
  await world.clock.advance(MINUTE);

  await world.commit(withInstanceType);
  const began = world.now();
  let [below, most] = [0, 0];
  while (!isDone(world)) {
    assert.ok(world.now() - began < 30 * MINUTE, world.truth.flaws().join('; '));
    await world.clock.advance(STEP);
    if (atWork(world) < SIZE) below += STEP;
    most = Math.max(most, world.truth.herd('workers').length);
  }
  assert.deepEqual(world.violations, []);
  const took = world.now() - began;
  return { seconds: took / 1000, belowTarget: below / took, most };
}

/** A machine takes no time to start, nor its boot. What a Swarm takes, e.g. to join, stays as measured. */
function atOnce({ world }: SimulatedFleet): void {
  Object.assign(world.figures, {
    start: [0, 0],
    agent: [0, 0],
    cloudInit: [0, 0],
    engineStart: [0, 0],
    raftStart: [0, 0],
  });
}

function withInstanceType(spec: ClusterSpec): ClusterSpec {
  const { workers } = spec.groups;
  assert.ok(workers);
  return { ...spec, groups: { ...spec.groups, workers: { ...workers, instanceType: 't4g.medium' } } };
}

function isDone({ truth }: World): boolean {
  const herd = truth.herd('workers');
  return herd.length === SIZE && herd.every((instance) => !truth.isOutdated(instance)) && truth.flaws().length === 0;
}

/** Workers that the Swarm gives tasks to. */
function atWork({ truth }: World): number {
  const active = [...(truth.state()?.nodes.values() ?? [])].filter(({ availability }) => availability === 'active');
  const taking = new Set(active.map(({ hostname }) => hostname));
  return truth.herd('workers').filter((instance) => truth.works(instance) && taking.has(instance.id)).length;
}

async function untilWhole(world: World): Promise<void> {
  const whole = await world.clock.run(
    () => world.truth.flaws().length === 0 && world.lambda.running.size === 0,
    10 * MINUTE,
  );
  assert.ok(whole, world.truth.flaws().join('; '));
}
