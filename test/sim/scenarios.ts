import { powerCut } from '../../lab/region/ec2/lifecycle.ts';
import { TAG } from '../../lib/names.ts';
import { specOf, withWorkers } from './spec.ts';
import { createWorld, type World } from './world.ts';

/** What is done to a whole cluster (or to none yet), for the function to bring about or to mend. */
export interface Scenario {
  readonly name: string;
  /** The spec is committed, and nothing is there yet. */
  readonly fromNothing: boolean;
  begin(world: World): void | Promise<void>;
}

const onMachines = (wanted: (logicalId: string | undefined) => boolean, most: number) => (world: World) => {
  const victims = world.truth.live().filter(({ tags }) => wanted(tags.get(TAG.logicalId)));
  for (const victim of victims.slice(0, most)) void powerCut(world.region.inside.ec2, victim);
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'bootstrap', fromNothing: true, begin: () => {} },
  { name: 'manager lost', fromNothing: false, begin: onMachines((id) => id !== undefined, 1) },
  { name: 'worker lost', fromNothing: false, begin: onMachines((id) => id === undefined, 1) },
  { name: 'all lost', fromNothing: false, begin: onMachines(() => true, 100) },
  { name: 'scale out', fromNothing: false, begin: (world) => world.commit((spec) => withWorkers(spec, 3)) },
  { name: 'scale in', fromNothing: false, begin: (world) => world.commit((spec) => withWorkers(spec, 1)) },
];

const MINUTE = 60_000;

export interface ScenarioRun {
  readonly violations: World['violations'];
  /** Calls of the function from the scenario's beginning to a whole cluster. */
  readonly calls: number;
  readonly digest: string;
}

/**
 * Plays a scenario once. @param crash the call, counted from the scenario's beginning, at which the function is killed;
 * whatever wakes it next goes on
 */
export async function play(
  scenario: Scenario,
  crash?: { readonly call: number; readonly when: 'before' | 'after' },
): Promise<ScenarioRun> {
  const world = await createWorld({ seed: 7, spec: specOf(3, 2) });
  const { clock, lambda, truth, violations } = world;
  const quiet = () => lambda.running.size === 0 && truth.flaws().length === 0;
  if (!scenario.fromNothing) {
    await clock.run(quiet, 10 * MINUTE);
    await clock.run(() => world.lastFoundWhole >= 0 && quiet(), 2 * MINUTE);
  }
  const before = lambda.calls;
  const beganAt = world.now();
  if (crash !== undefined) lambda.crashPoint = { ...crash, call: before + crash.call };
  await scenario.begin(world);
  const over = () => violations.length > 0 || (quiet() && world.lastFoundWhole > beganAt);
  const whole = await clock.run(over, 20 * MINUTE);
  if (!whole) world.report('whole-again', truth.flaws().join('; ') || 'not found whole by the controller');
  return { violations, calls: lambda.calls - before, digest: world.timeline.digest() };
}
