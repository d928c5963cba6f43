import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { awsError } from '../../support/fake-aws.ts';
import { altered, wholeSpec } from '../spec/samples.ts';
import { ARM_PARAMETER, becomeWhole, createWorld, image, properties, request } from './world.ts';

function reasonOf(outcome: { status: string; reason?: string }): string {
  assert.equal(outcome.status, 'FAILED');
  return outcome.reason ?? '';
}

test('Create commits, wakes the reconciler, and answers when the cluster is whole', async () => {
  const world = createWorld();
  const whole = becomeWhole(world, 1, 120_000);
  const outcome = await world.serve(request('Create'));
  await whole;
  assert.deepEqual(outcome, { status: 'SUCCESS', data: { Cluster: 'demo', SpecVersion: '1' } });
  assert.equal(world.answers.length, 1);
  assert.deepEqual(world.answers[0]?.body, {
    Status: 'SUCCESS',
    Reason: 'see Data',
    PhysicalResourceId: 'everswarm-demo',
    StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1',
    RequestId: 'request-1',
    LogicalResourceId: 'Deployment',
    NoEcho: false,
    Data: { Cluster: 'demo', SpecVersion: '1' },
  });
  const { committed } = await world.store.memory();
  assert.deepEqual(committed?.spec, wholeSpec());
  assert.deepEqual(committed?.images['managers'], { imageId: 'ami-0a', rootDeviceName: '/dev/xvda' });
  assert.equal(committed?.committedBy, 'cloudformation');
  assert.equal(world.counted('InvokeCommand'), 1);
  const acquisition = await world.store.acquire('next');
  assert.ok(acquisition.acquired && acquisition.wanted === 1);
  // A look about once a second, then every five: well under one a second over two minutes.
  assert.ok(world.clock.now() - 1_790_000_000_000 < 127_000);
});

test('Create fails before the function is killed, and says what holds the cluster back', async () => {
  const world = createWorld();
  const reconciled = (async () => {
    await world.clock.sleep(60_000);
    const acquisition = await world.store.acquire('reconciler');
    assert.ok(acquisition.acquired);
    const { lease, wanted } = acquisition;
    const at = world.clock.now();
    await world.store.log([
      { at, kind: 'action-failed', name: 'launch', subject: 'pet/10.42.0.10', reason: 'VcpuLimitExceeded', fence: 1 },
    ]);
    await world.store.putStatus(lease, {
      whole: false,
      at,
      fence: lease.fence,
      specVersion: 1,
      held: [{ rule: 'backoff', subject: '10.42.0.10', reason: 'the third launch failed' }],
      waiting: [{ what: 'boot', subject: 'i-1' }],
    });
    await world.store.release(lease, wanted);
  })();
  const reason = reasonOf(await world.serve(request('Create')));
  await reconciled;
  assert.match(reason, /^NotWhole: cluster "demo" did not become whole in time/);
  assert.match(reason, /held: backoff 10\.42\.0\.10: the third launch failed/);
  assert.match(reason, /waiting: boot i-1/);
  assert.match(reason, /failed: launch pet\/10\.42\.0\.10: VcpuLimitExceeded/);
  assert.equal(world.answers.length, 1);
  assert.equal(world.answers[0]?.body['PhysicalResourceId'], 'everswarm-demo');
  const elapsed = world.clock.now() - 1_790_000_000_000;
  assert.ok(elapsed > 830_000 && elapsed <= 840_000, String(elapsed));
});

test('Create with a reconciler that never runs says so', async () => {
  assert.match(reasonOf(await createWorld().serve(request('Create'))), /has not looked at it since/);
});

test('a status of before the commit does not count as whole', async () => {
  const world = createWorld();
  await becomeWhole(world, 0, 0);
  assert.match(reasonOf(await world.serve(request('Create'))), /has not looked at it since/);
});

test('Update answers after the commit', async () => {
  const world = createWorld();
  const outcome = await world.serve(request('Update'));
  assert.deepEqual(outcome, { status: 'SUCCESS', data: { Cluster: 'demo', SpecVersion: '1' } });
  assert.equal(world.clock.now(), 1_790_000_000_000);
  assert.equal(world.counted('InvokeCommand'), 1);
});

test('Update with nothing new changes nothing and wakes nobody', async () => {
  const world = createWorld();
  await world.serve(request('Update'));
  assert.deepEqual(await world.serve(request('Update')), {
    status: 'SUCCESS',
    data: { Cluster: 'demo', SpecVersion: '1' },
  });
  assert.equal(world.counted('InvokeCommand'), 1);
  assert.equal((await world.store.events(100)).filter(({ kind }) => kind === 'spec').length, 1);
});

test('a pinned image stays as long as its choice is the same', async () => {
  const world = createWorld();
  await world.serve(request('Update'));
  world.parameters.set(ARM_PARAMETER, 'ami-0b');
  const grown = parseSpec(altered('size: 2', 'size: 3'));
  await world.serve(request('Update', properties(grown)));
  const { committed } = await world.store.memory();
  assert.equal(committed?.version, 2);
  assert.equal(committed?.images['workers']?.imageId, 'ami-0a');

  const chosen = parseSpec(
    altered('allocation: { size: 2 }', 'allocation: { size: 2 }\n    ami: { id: ami-0000000b, docker: install }'),
  );
  world.images.set('ami-0000000b', image('ami-0000000b'));
  await world.serve(request('Update', properties(chosen)));
  const after = (await world.store.memory()).committed;
  assert.equal(after?.images['workers']?.imageId, 'ami-0000000b');
  assert.equal(after?.images['managers']?.imageId, 'ami-0a');
});

test('what an image lacks is said before anything is stored', async () => {
  const cases: [what: string, change: (world: ReturnType<typeof createWorld>) => void, says: RegExp][] = [
    [
      'no parameter',
      (world) => world.parameters.clear(),
      /UnusableImage: group "(managers|workers)": the parameter .* holds no AMI id/,
    ],
    ['a parameter of something else', (world) => world.parameters.set(ARM_PARAMETER, '{"a":1}'), /holds no AMI id/],
    ['no image', (world) => world.images.clear(), /there is no image ami-0a/],
    [
      'another architecture',
      (world) => world.images.set('ami-0a', { ...image('ami-0a'), Architecture: 'x86_64' }),
      /is for x86_64, and t4g\.small has arm64/,
    ],
    ['a pending image', (world) => world.images.set('ami-0a', { ...image('ami-0a'), State: 'pending' }), /is pending/],
    [
      'no root device',
      (world) => world.images.set('ami-0a', { ...image('ami-0a'), RootDeviceName: undefined }),
      /no root device/,
    ],
    [
      'a larger root volume',
      (world) =>
        world.images.set('ami-0a', {
          ...image('ami-0a'),
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 40 } }],
        }),
      /group "workers".*needs a root volume of 40 GiB/,
    ],
    [
      'no permission',
      (world) =>
        world.faults.push((command) => {
          if (command === 'GetParameterCommand') throw awsError('AccessDeniedException');
        }),
      /AccessDeniedException/,
    ],
  ];
  for (const [what, change, says] of cases) {
    const world = createWorld();
    change(world);
    assert.match(reasonOf(await world.serve(request('Update'))), says, what);
    assert.equal((await world.store.memory()).committed, undefined);
  }
});

test('bad properties are answered with what is wrong in them', async () => {
  const good = properties();
  const cases: [change: Record<string, unknown>, says: RegExp][] = [
    [{ Spec: '{"cluster":"demo"}' }, /InvalidSpec: .*network: is missing/s],
    [{ Spec: undefined }, /InvalidRequest: .*Spec/],
    [{ Cluster: 'other' }, /InvalidRequest: .*cluster "other".*"demo"/],
    [{ Deployment: { launchTemplates: {}, subnets: [] } }, /no launch template was given for: managers, workers/],
    [
      { Deployment: { ...Object(good['Deployment']), tokenRotationHours: 'often' } },
      /InvalidRequest: .*tokenRotationHours/,
    ],
    [
      { Deployment: { ...Object(good['Deployment']), subnets: [] } },
      /the subnets are , and the spec's network has 10\.42\.0\.0\/24/,
    ],
  ];
  for (const [change, says] of cases) {
    const world = createWorld();
    assert.match(reasonOf(await world.serve(request('Create', { ...good, ...change }))), says);
    assert.equal(world.answers.length, 1);
    assert.equal((await world.store.memory()).committed, undefined);
  }
});

test('a commit of somebody else in between is built upon', async () => {
  const world = createWorld();
  const { store } = world;
  const commit = store.commit.bind(store);
  let raced = false;
  const tools = {
    ...world.tools(),
    store: {
      ...store,
      commit: async (...[based, next]: Parameters<typeof commit>) => {
        if (!raced)
          await commit(based, { ...next, committedBy: 'somebody', deployment: { launchTemplates: {}, subnets: [] } });
        raced = true;
        return commit(based, next);
      },
    },
  };
  const outcome = await world.serve(request('Update'), { makeTools: () => tools });
  assert.deepEqual(outcome, { status: 'SUCCESS', data: { Cluster: 'demo', SpecVersion: '2' } });
});

test('a reconciler that can not be invoked is woken by the schedule; the event log says so', async () => {
  const world = createWorld();
  world.faults.push((command) => {
    if (command === 'InvokeCommand') throw awsError('TooManyRequestsException', 429);
  });
  assert.equal((await world.serve(request('Update'))).status, 'SUCCESS');
  assert.match((await world.store.events(1))[0]?.reason ?? '', /TooManyRequestsException/);
});

test('a removal that was given up is undone by the next deployment', async () => {
  const world = createWorld();
  await world.serve(request('Update'));
  const acquisition = await world.store.acquire('x');
  assert.ok(acquisition.acquired);
  await world.store.setMode(acquisition.lease, 'removing');
  await world.store.release(acquisition.lease, acquisition.wanted);
  await world.serve(request('Update'));
  assert.equal((await world.store.memory()).records.mode, 'active');
  assert.equal(world.counted('InvokeCommand'), 2);
  assert.ok((await world.store.acquire('y')).acquired);
});

test('tools that can not be made are an answer, too', async () => {
  const world = createWorld();
  const makeTools = () => {
    throw new Error('no environment');
  };
  assert.match(reasonOf(await world.serve(request('Create'), { makeTools })), /no environment/);
});
