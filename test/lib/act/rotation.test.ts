import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { perform } from '../../../lib/act/perform.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { actor, finished } from './actor.ts';

const record = { at: 5, generations: { '10.42.0.10': 2 } };
const action: Action = { kind: 'rotateTokens', instanceId: 'i-1', record, reason: '' };

describe('rotating the join tokens', () => {
  it('is remembered when the manager has published new ones', async () => {
    const it = await actor();
    assert.equal((await perform(action, await it.context())).ok, true);
    assert.deepEqual(
      it.orders.map(({ document, instanceIds }) => [document, instanceIds]),
      [['rotate-tokens', ['i-1']]],
    );
    assert.deepEqual((await it.store.memory()).records.rotation, record);
  });

  it('is to be done again when it failed half-way', async () => {
    const it = await actor({ script: () => finished(1, 'everswarm: 1 the token can’t be written') });
    assert.equal((await perform(action, await it.context())).ok, false);
    assert.equal((await it.store.memory()).records.rotation, undefined);
  });
});
