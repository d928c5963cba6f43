import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shrink } from './shrink.ts';
import { type SimulationResult, simulate } from './simulate.ts';

/** A run that breaks a rule as long as both of these faults are there. */
function runThatNeeds(all: readonly string[], both: readonly string[]) {
  return async (without: readonly string[]): Promise<SimulationResult> => {
    const faults = all.filter((kind) => !without.includes(kind));
    const breaks = both.every((kind) => faults.includes(kind));
    const violations = breaks ? [{ at: 0, rule: 'a-rule', what: 'broken' }] : [];
    const nothing = { seed: 1, digest: '', timeline: [], coverage: [], calls: 0, virtualMilliseconds: 0 };
    return { ...nothing, violations, faults, wholeAfter: undefined };
  };
}

describe('shrinking', () => {
  it('leaves the faults that the violation needs', async () => {
    const shrunk = await shrink(runThatNeeds(['a', 'b', 'c', 'd', 'e'], ['b', 'e']));
    assert.deepEqual(shrunk?.needed, ['b', 'e']);
    assert.deepEqual([...(shrunk?.without ?? [])].sort(), ['a', 'c', 'd']);
  });

  it('has nothing to do where no rule is broken', async () => {
    assert.equal(await shrink(runThatNeeds(['a'], ['b'])), undefined);
  });

  it('leaves the faults of a seed as they are when others are dropped', async () => {
    const [all, some] = [await simulate({ seed: 3 }), await simulate({ seed: 3, without: ['reads-stale'] })];
    assert.deepEqual(
      some.faults,
      all.faults.filter((kind) => kind !== 'reads-stale'),
    );
  });
});
