import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ActionOutcome, done, failed } from '../../../lib/act/outcome.ts';
import type { Action, Plan } from '../../../lib/plan/action.ts';
import { Pace } from '../../../lib/reconcile/pace.ts';

const ACTION: Action = { kind: 'absolve', instanceId: 'i-1', reason: 'well again' };
const WAITING: Plan = {
  actions: [],
  held: [],
  waiting: [{ what: 'boot to finish', subject: 'i-1' }],
  ask: [],
  askCanWait: false,
};
const DONE = done('');
const REFUSED = failed('BootNotFinished', 'its boot is not over', 'soon');
const THROTTLED = failed('Throttling', 'too many requests', 'backoff');

/** The delays after passes with these outcomes, one after the other. */
function delays(...outcomes: readonly (ActionOutcome | undefined)[]): (number | undefined)[] {
  const pace = new Pace();
  return outcomes.map((outcome) => {
    const performed = outcome === undefined ? [] : [{ action: ACTION, outcome }];
    return pace.next(WAITING, performed, 0, 600_000);
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('the time between two passes', () => {
  it('grows to five seconds while nothing changes', () => {
    assert.deepEqual(delays(undefined, undefined), [300, 450]);
    assert.equal(delays(...times(12, undefined)).at(-1), 5_000);
  });

  it('is short again after something was done', () => {
    assert.equal(delays(...times(12, undefined), DONE).at(-1), 300);
  });

  it('grows to two seconds while everything is refused that passes by itself, and is not short again for it', () => {
    assert.deepEqual(delays(REFUSED, REFUSED), [300, 450]);
    assert.equal(delays(...times(12, REFUSED)).at(-1), 2_000);
    assert.equal(delays(...times(12, undefined), REFUSED).at(-1), 2_000);
  });

  it('grows on while calls fail that need time', () => {
    assert.equal(delays(...times(12, THROTTLED)).at(-1), 5_000);
  });

  it('is none when nothing is left to do, nor to wait for', () => {
    assert.equal(new Pace().next({ ...WAITING, waiting: [] }, [], 0, 600_000), undefined);
  });

  it('ends at what is held until then, unless that is after this invocation', () => {
    const held = [{ rule: 'backoff', subject: 'workers', reason: 'launches fail', until: 2_000 }];
    assert.equal(new Pace().next({ ...WAITING, waiting: [], held }, [], 0, 600_000), 2_000);
    assert.equal(new Pace().next({ ...WAITING, waiting: [], held }, [], 0, 1_000), undefined);
  });
});
