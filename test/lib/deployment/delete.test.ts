import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaunchRecord } from '../../../lib/plan/records.ts';
import { awsError } from '../../support/fake-aws.ts';
import { launchRecord } from '../store/records.ts';
import { createWorld, properties, request, type World } from './world.ts';

const DONE = { status: 'SUCCESS', data: { Cluster: 'demo' } };
const START = 1_790_000_000_000;

test('Delete ends every instance of the cluster and nothing else, and removes the tokens', async () => {
  const world = createWorld();
  for (const id of ['i-1', 'i-2']) world.addInstance(id);
  world.addInstance('i-stopped', 'stopped');
  world.addInstance('i-ending', 'shutting-down');
  world.addInstance('i-other', 'running', 'other');
  const ended = world.clock.sleep(5_000).then(() => world.addInstance('i-ending', 'terminated'));
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  await ended;
  const asked = world.calls.filter(({ command }) => command === 'TerminateInstancesCommand');
  assert.deepEqual(
    asked.map(({ input }) => input),
    [{ InstanceIds: ['i-1', 'i-2', 'i-stopped'] }],
  );
  assert.equal(world.instances.get('i-other')?.State?.Name, 'running');
  assert.deepEqual(
    world.calls.filter(({ command }) => command === 'DeleteParametersCommand').map(({ input }) => input),
    [{ Names: ['/everswarm/demo/join-token/manager', '/everswarm/demo/join-token/worker'] }],
  );
  assert.equal((await world.store.memory()).records.mode, 'removing');
  assert.ok((await world.store.acquire('next')).acquired, 'the lease was given back');
  assert.equal(world.answers.length, 1);
});

test('Delete of what was never created, and Delete again, succeed', async () => {
  const world = createWorld();
  const neverCreated = { ...request('Delete', { Cluster: 'demo', Spec: 'nonsense' }), PhysicalResourceId: 'stack-xyz' };
  assert.deepEqual(await world.serve(neverCreated), DONE);
  assert.equal(world.answers[0]?.body['PhysicalResourceId'], 'stack-xyz');
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  assert.equal(world.counted('TerminateInstancesCommand'), 0);
});

test('an instance that shows late is ended, too', async () => {
  const world = createWorld();
  let looks = 0;
  world.faults.push((command) => {
    if (command === 'DescribeInstancesCommand' && ++looks === 2) world.addInstance('i-late', 'pending');
  });
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  assert.equal(world.instances.get('i-late')?.State?.Name, 'terminated');
});

async function launched(world: World, change: Partial<LaunchRecord>): Promise<void> {
  const acquisition = await world.store.acquire('reconciler');
  assert.ok(acquisition.acquired);
  await world.store.putLaunch(acquisition.lease, launchRecord('pet/10.42.1.10', change));
  await world.store.release(acquisition.lease, acquisition.wanted);
}

test('a machine that was launched just before is waited for until EC2 lists it, and ended', async () => {
  const world = createWorld();
  await launched(world, { state: 'launched', instanceIds: ['i-new'], launchedAt: START - 1_000 });
  const shown = world.clock.sleep(60_000).then(() => world.addInstance('i-new', 'running'));
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  await shown;
  assert.equal(world.instances.get('i-new')?.State?.Name, 'terminated');
  assert.ok(world.clock.now() - START < 100_000, 'once it was seen, nothing else is waited for');
});

test('so is one of a launch without a known outcome, that may have been sent again until now', async () => {
  const world = createWorld();
  await launched(world, { state: 'intended', instanceIds: [], intendedAt: START - 3_600_000, launchedAt: undefined });
  const shown = world.clock.sleep(60_000).then(() => world.addInstance('i-new', 'running'));
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  await shown;
  assert.equal(world.instances.get('i-new')?.State?.Name, 'terminated');
});

test('a machine that EC2 never lists is not waited for longer than two minutes after its launch', async () => {
  const world = createWorld();
  await launched(world, { state: 'launched', instanceIds: ['i-never'], launchedAt: START - 60_000 });
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  const took = world.clock.now() - START;
  assert.ok(took >= 60_000 && took < 70_000, String(took));

  const old = createWorld();
  await launched(old, { state: 'launched', instanceIds: ['i-never'], launchedAt: START - 120_000 });
  assert.deepEqual(await old.serve(request('Delete')), DONE);
  assert.ok(old.clock.now() - START < 5_000);
});

test('a launch that EC2 may still list is named when the time is up', async () => {
  const world = createWorld();
  await launched(world, { state: 'launched', instanceIds: ['i-new'], launchedAt: START });
  const outcome = await world.serve(request('Delete'), { remaining: 70_000 });
  assert.match(
    outcome.status === 'FAILED' ? outcome.reason : '',
    /^InstancesLeft: .*: the last launch of pet\/10\.42\.1\.10, which EC2 does not list yet\. Remove the stack again/,
  );
});

test('"could not find out" is not "gone"', async () => {
  const world = createWorld();
  world.addInstance('i-1');
  let looks = 0;
  world.faults.push((command) => {
    if (command === 'DescribeInstancesCommand' && ++looks <= 3) throw awsError('RequestLimitExceeded', 503);
  });
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  assert.equal(world.instances.get('i-1')?.State?.Name, 'terminated');
});

test('it waits for the holder of the lease, and a crashed one does not stop it', async () => {
  const world = createWorld();
  world.addInstance('i-1');
  assert.ok((await world.store.acquire('crashed')).acquired);
  assert.deepEqual(await world.serve(request('Delete')), DONE);
  assert.ok(world.clock.now() - START >= 35_000);
});

test('a holder that never lets go is an answer in time, and nothing was done', async () => {
  const world = createWorld();
  world.addInstance('i-1');
  const acquisition = await world.store.acquire('busy');
  assert.ok(acquisition.acquired);
  const { lease } = acquisition;
  let busy = true;
  const working = (async () => {
    while (busy) {
      await world.store.renew(lease);
      await world.clock.sleep(8_000);
    }
  })();
  const outcome = await world.serve(request('Delete'));
  busy = false;
  await world.clock.advance(10_000);
  await working;
  assert.match(outcome.status === 'FAILED' ? outcome.reason : '', /^LeaseTaken: "busy" held the lease/);
  assert.equal(world.counted('TerminateInstancesCommand'), 0);
  assert.ok(world.clock.now() - START < 860_000);
});

test('instances that do not go are named in time', async () => {
  const world = createWorld();
  world.addInstance('i-stuck', 'shutting-down');
  const outcome = await world.serve(request('Delete'));
  assert.match(outcome.status === 'FAILED' ? outcome.reason : '', /^InstancesLeft: .*i-stuck \(shutting-down\)/);
  assert.ok(world.clock.now() - START <= 840_000);
});

test('a refusal of AWS is the answer', async () => {
  const world = createWorld();
  world.addInstance('i-1');
  world.faults.push((command) => {
    if (command === 'TerminateInstancesCommand') throw awsError('UnauthorizedOperation', 403);
  });
  const outcome = await world.serve(request('Delete'));
  assert.match(outcome.status === 'FAILED' ? outcome.reason : '', /^UnauthorizedOperation/);
});

test('after losing the lease in the middle it begins again', async () => {
  const world = createWorld();
  world.addInstance('i-1');
  const { store } = world;
  let stolen = false;
  const tools = {
    ...world.tools(),
    store: {
      ...store,
      renew: async (lease: Parameters<typeof store.renew>[0]) => {
        if (!stolen) {
          stolen = true;
          await store.release(lease, 0);
          assert.ok((await store.acquire('thief')).acquired);
        }
        return store.renew(lease);
      },
    },
  };
  assert.deepEqual(await world.serve(request('Delete'), { makeTools: () => tools }), DONE);
  assert.equal(world.instances.get('i-1')?.State?.Name, 'terminated');
});

test('a Delete for another cluster touches nothing, and is refused if that one is alive', async () => {
  const world = createWorld();
  world.addInstance('i-1');
  const other = request('Delete', { ...properties(), Cluster: 'other' });
  assert.equal((await world.serve(other)).status, 'SUCCESS');
  world.addInstance('i-other', 'running', 'other');
  const outcome = await world.serve(other);
  assert.match(outcome.status === 'FAILED' ? outcome.reason : '', /cluster "other"/);
  assert.equal(world.counted('TerminateInstancesCommand'), 0);
});

test('something that hangs is answered for before the function is killed, and then stops', async () => {
  const world = createWorld();
  const { store } = world;
  const tools = { ...world.tools(), store: { ...store, acquire: () => new Promise<never>(() => undefined) } };
  const outcome = await world.serve(request('Delete'), { makeTools: () => tools });
  assert.match(outcome.status === 'FAILED' ? outcome.reason : '', /^OutOfTime/);
  assert.equal(world.answers.length, 1);
  assert.equal(world.clock.now() - START, 880_000);
});
