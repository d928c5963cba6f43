import type { FaultPlan } from '../fault-plan.ts';
import type { Violation } from '../invariants.ts';
import type { Overrides } from '../overrides.ts';
import { simulate } from '../simulate.ts';
import type { PlantedBug } from './planted-bug.ts';

export interface Hunt {
  readonly bug: PlantedBug;
  /** Seeds run until it was caught, or all there were. */
  readonly seeds: number;
  readonly caught: { readonly seed: number; readonly violation: Violation } | undefined;
  /** Other rules that were broken on the way, with how often: signs of a rule that the bug does not name. */
  readonly others: ReadonlyMap<string, number>;
  readonly milliseconds: number;
}

/**
 * Runs seeds with the bug until one of its rules reports it. The same seed without the bug must be clean: what is broken
 * there as well proves nothing about the bug.
 *
 * @param mixture the bug's own faults, if it has any, or the seeds'
 */
export async function hunt(bug: PlantedBug, limit: number, mixture: 'own' | 'drawn'): Promise<Hunt> {
  const faults = mixture === 'own' ? bug.faults : undefined;
  const began = performance.now();
  const others = new Map<string, number>();
  for (let seed = 1; seed <= limit; seed += 1) {
    const violations = await run(bug, seed, bug.plant(), faults);
    const violation = violations.find(({ rule }) => bug.caughtBy.includes(rule));
    for (const { rule } of violations) if (!bug.caughtBy.includes(rule)) others.set(rule, (others.get(rule) ?? 0) + 1);
    if (violation === undefined || (await run(bug, seed, {}, faults)).length > 0) continue;
    const milliseconds = performance.now() - began;
    return { bug, seeds: seed, caught: { seed, violation }, others, milliseconds };
  }
  return { bug, seeds: limit, caught: undefined, others, milliseconds: performance.now() - began };
}

async function run(
  { scenario }: PlantedBug,
  seed: number,
  overrides: Overrides,
  faults: FaultPlan | undefined,
): Promise<readonly Violation[]> {
  if (scenario !== undefined) return await scenario(seed, overrides);
  return (await simulate({ seed, overrides, ...(faults !== undefined && { faults }) })).violations;
}
