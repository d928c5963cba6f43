import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsError } from '../../support/fake-aws.ts';
import { createWorld, properties, request } from './world.ts';

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
