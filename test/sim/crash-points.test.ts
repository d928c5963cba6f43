import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { play, SCENARIOS } from './scenarios.ts';

/*
 * Exhaustively: for each scenario the function is killed before and after every single call to AWS and to the table
 * that it makes, and whatever wakes it next goes on.
 */
describe('a function that is killed at any of its calls', { concurrency: true }, () => {
  for (const scenario of SCENARIOS) {
    it(`is gone on with by the next one: ${scenario.name}`, async () => {
      const { calls, violations } = await play(scenario);
      assert.deepEqual(violations, []);
      assert.ok(calls > 10, `only ${calls} calls: there is nothing to interrupt`);
      for (let call = 1; call <= calls; call += 1) {
        for (const when of ['before', 'after'] as const) {
          const run = await play(scenario, { call, when });
          assert.deepEqual(run.violations, [], `killed ${when} call ${call}`);
        }
      }
    });
  }
});
