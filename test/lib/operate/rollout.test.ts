import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperateError } from '../../../lib/operate/errors.ts';
import { commitProposal, proposeSpec } from '../../../lib/operate/proposal.ts';
import { reconcileNow } from '../../../lib/operate/reconcile-now.ts';
import { haltRollout, proposeUndo, resumeRollout, rolloutStatus } from '../../../lib/operate/rollout.ts';
import type { GroupSpec } from '../../../lib/spec/spec.ts';
import { awsError } from '../../support/fake-aws.ts';
import { createOperateWorld, type OperateWorld } from './world.ts';

const QUICK = { ask: false };

/** Workers of another type are declared, and none is there yet. */
async function rolling(): Promise<OperateWorld> {
  const world = await createOperateWorld();
  await declare(world, { instanceType: 't4g.medium' });
  return world;
}

async function declare({ operator, store }: OperateWorld, change: Partial<GroupSpec>): Promise<void> {
  const { committed } = await store.memory();
  const workers = committed?.spec.groups['workers'];
  assert.ok(committed !== undefined && workers !== undefined);
  const spec = { ...committed.spec, groups: { ...committed.spec.groups, workers: { ...workers, ...change } } };
  await commitProposal(operator, await proposeSpec(operator, spec, QUICK));
}

function code(expected: OperateError['code']) {
  return (error: unknown): boolean => {
    assert.equal(error instanceof Error && 'code' in error ? error.code : error, expected);
    return true;
  };
}

test('the status of a roll-out is read from the machines’ tags', async () => {
  const world = await rolling();
  const statuses = await rolloutStatus(world.operator);
  assert.deepEqual(
    statuses.map(({ group, phase, declared, live, outdated }) => [group, phase, declared, live, outdated]),
    [
      ['managers', 'done', 3, 3, 0],
      ['workers', 'rolling', 2, 2, 2],
    ],
  );
  await assert.rejects(rolloutStatus(world.operator, ['nobody']), code('UnknownGroup'));
});

test('pause stores a halt for this configuration, resume takes it away; both are logged and wake', async () => {
  const world = await rolling();
  const before = await world.wakes();
  const halted = await haltRollout(world.operator, 'workers', 'to look at the first one');
  assert.equal(halted.phase, 'halted');
  const halt = (await world.store.memory()).records.rollouts.get('workers')?.halt;
  assert.deepEqual([halt?.hash, halt?.by, halt?.reason], [halted.hash, 'ana@laptop', 'to look at the first one']);
  assert.equal(await world.lastEvent(), 'action pause-rollout workers: to look at the first one (by ana@laptop)');
  assert.equal((await rolloutStatus(world.operator, ['workers']))[0]?.phase, 'halted');

  assert.equal((await resumeRollout(world.operator, 'workers')).phase, 'rolling');
  const record = (await world.store.memory()).records.rollouts.get('workers');
  assert.deepEqual([record?.halt, record?.resumedAt], [undefined, world.clock.now()]);
  assert.equal(await world.wakes(), before + 2);
  await assert.rejects(resumeRollout(world.operator, 'workers'), code('NotHalted'));
});

test('a halt is for one configuration: another one that is declared is rolled out', async () => {
  const world = await rolling();
  await haltRollout(world.operator, 'workers', 'no');
  await declare(world, { instanceType: 't4g.large' });
  assert.equal((await rolloutStatus(world.operator, ['workers']))[0]?.phase, 'rolling');
});

test('where nothing is rolled there is nothing to pause', async () => {
  const world = await createOperateWorld();
  await assert.rejects(haltRollout(world.operator, 'workers', 'no'), code('NothingToHalt'));
  await assert.rejects(resumeRollout(world.operator, 'workers'), code('NotHalted'));
  await assert.rejects(proposeUndo(world.operator, 'workers', QUICK), code('NothingToUndo'));
});

test('undo goes back to the last good configuration, and leaves the number as it is', async () => {
  const world = await rolling();
  await declare(world, { allocation: { kind: 'size', size: 5 } });
  const proposal = await proposeUndo(world.operator, 'workers', QUICK);
  assert.equal(proposal.summary, 'workers.instanceType t4g.medium → t4g.small');
  const committed = await commitProposal(world.operator, proposal);
  assert.equal(committed.version, 4);
  const { workers } = committed.spec.groups;
  assert.deepEqual([workers?.instanceType, workers?.allocation], ['t4g.small', { kind: 'size', size: 5 }]);
});

test('without a good version there is nothing to go back to', async () => {
  const world = await createOperateWorld();
  world.cluster.records.rollouts.clear();
  const fresh = await createOperateWorld(world.cluster);
  await assert.rejects(proposeUndo(fresh.operator, 'workers', QUICK), code('NoGoodVersion'));
});

test('reconcile now: counted and invoked; what can not be invoked is said, and logged', async () => {
  const world = await createOperateWorld();
  assert.equal(await reconcileNow(world.operator), true);
  assert.deepEqual([await world.wakes(), world.calls], [1, ['InvokeCommand']]);
  assert.equal(await world.lastEvent(), 'woken reconcile demo: asked to look now (by ana@laptop)');
  world.failures.set('InvokeCommand', awsError('TooManyRequestsException', 429));
  assert.equal(await reconcileNow(world.operator), false);
  assert.match(await world.lastEvent(), /TooManyRequestsException/);
});
