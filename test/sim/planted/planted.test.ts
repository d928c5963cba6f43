import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PLANTED_BUGS } from './bugs.ts';
import { type Hunt, hunt } from './hunt.ts';
import { tableOf } from './table.ts';

/** Several times what any of them needs here. `npm run sim -- --planted` hunts them in the seeds' own mixtures of faults, a thousand each. */
const SEEDS = 300;

describe('each planted bug is caught', { concurrency: false }, () => {
  const hunts: Hunt[] = [];
  after(() => console.log(tableOf(hunts)));

  for (const bug of PLANTED_BUGS) {
    it(`${bug.name}: ${bug.breaks}`, async () => {
      const result = await hunt(bug, SEEDS, 'own');
      hunts.push(result);
      const others = [...result.others].map(([rule, count]) => `${rule} (${count})`).join(', ');
      assert.ok(
        result.caught !== undefined,
        `not caught in ${result.seeds} seeds by any of ${bug.caughtBy.join(', ')}; other rules broken: ${others || 'none'}`,
      );
    });
  }
});

it('every planted bug has a name of its own, and there are enough of them', () => {
  assert.equal(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length);
  assert.ok(PLANTED_BUGS.length >= 16);
});
