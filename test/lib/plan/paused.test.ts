import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { plan } from '../../../lib/plan/plan.ts';
import type { Pause } from '../../../lib/plan/records.ts';
import type { PlanInput } from '../../../lib/plan/world.ts';
import { arbitraryCluster } from '../../support/arbitrary-cluster.ts';
import { instanceId, NOW, planInput, terminate, wholeCluster } from '../../support/cluster.ts';

const PAUSE: Pause = { by: 'ada@laptop', reason: 'to look at the disk', at: NOW - 60_000 };

const withPause = (input: PlanInput): PlanInput => ({ ...input, records: { ...input.records, pause: PAUSE } });

describe('a paused controller', () => {
  it('says who paused it, when and why, also when nothing is amiss', () => {
    const { actions, held } = plan(withPause(planInput(wholeCluster())));
    assert.deepEqual(actions, []);
    assert.deepEqual(held, [
      {
        rule: 'paused',
        subject: 'demo',
        reason: 'paused by ada@laptop at 2026-01-02T03:03:05.000Z: to look at the disk; nothing is left undone',
        until: undefined,
      },
    ]);
  });

  it('leaves undone what it would do, names it, and does it once it is resumed', () => {
    const cluster = wholeCluster();
    terminate(cluster, instanceId(1));
    const input = planInput(cluster);
    const { actions, held } = plan(withPause(input));
    assert.deepEqual(actions, []);
    assert.match(held[0]?.reason ?? '', /left undone: .*launch/);
    assert.ok(plan(input).actions.some(({ kind }) => kind === 'launch'));
  });

  it('asks as before, so that what is measured stays true', () => {
    const cluster = wholeCluster();
    cluster.probes = undefined;
    const input = planInput(cluster);
    assert.deepEqual(plan(withPause(input)).ask, plan(input).ask);
    assert.equal(plan(input).ask.length, 3);
  });

  it('goes on with a removal: that is no repair', () => {
    const cluster = wholeCluster();
    cluster.records.mode = 'removing';
    const { held } = plan(withPause(planInput(cluster)));
    assert.deepEqual(
      held.map(({ rule }) => rule),
      ['removing'],
    );
  });

  it('does nothing, waits for nothing and gives no time to look again, whatever it sees', () => {
    fc.assert(
      fc.property(arbitraryCluster, (cluster) => {
        const input = planInput({ ...cluster, records: { ...cluster.records, mode: 'active' } });
        const decided = plan(withPause(input));
        assert.deepEqual([decided.actions, decided.waiting, decided.askCanWait], [[], [], false]);
        assert.ok(decided.held.every(({ until }) => until === undefined));
        assert.deepEqual(decided.ask, plan(input).ask);
      }),
      { numRuns: 200 },
    );
  });
});
