import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TAG } from '../../../lib/names.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { awsError } from '../../support/fake-aws.ts';
import { altered, WHOLE } from '../spec/samples.ts';
import { launchRecord } from '../store/records.ts';
import { createWorld, look, properties, request, type World } from './world.ts';

const START = 1_790_000_000_000;
const MANAGERS = ['10.42.0.10', '10.42.1.10', '10.42.2.10'];
const SHRUNK = properties(parseSpec(altered('[10.42.0.10, 10.42.1.10, 10.42.2.10]', '[10.42.0.10]')));
const DONE = { status: 'SUCCESS', data: { Cluster: 'demo', SpecVersion: '2' } };

/** Three managers that run, each with its interface and its disk. */
async function deployed(): Promise<World> {
  const world = createWorld();
  await world.serve(request('Update'));
  const acquisition = await world.store.acquire('reconciler');
  assert.ok(acquisition.acquired);
  for (const [index, ip] of MANAGERS.entries()) {
    const id = `i-${index}`;
    const record = { ...launchRecord(`pet/${ip}`), state: 'launched' } as const;
    await world.store.putLaunch(acquisition.lease, { ...record, instanceIds: [id], launchedAt: START - 3_600_000 });
    world.addInstance(id, 'running', 'demo', { [TAG.logicalId]: ip, [TAG.group]: 'managers' });
    world.interfaces.push({
      NetworkInterfaceId: `eni-${index}`,
      PrivateIpAddress: ip,
      SubnetId: `subnet-${index}`,
      AvailabilityZone: 'us-east-1a',
      Status: 'in-use',
      Attachment: { InstanceId: id },
      TagSet: [{ Key: TAG.logicalId, Value: ip }],
    });
    world.volumes.push({
      VolumeId: `vol-${index}`,
      AvailabilityZone: 'us-east-1a',
      State: 'in-use',
      Attachments: [{ InstanceId: id, State: 'attached' }],
      Tags: [{ Key: TAG.logicalId, Value: ip }],
    });
  }
  await world.store.release(acquisition.lease, acquisition.wanted);
  return world;
}

function free(world: World, index: number): void {
  const networkInterface = world.interfaces[index];
  if (networkInterface !== undefined) {
    world.interfaces[index] = { ...networkInterface, Status: 'available', Attachment: undefined };
  }
  const volume = world.volumes[index];
  if (volume !== undefined) world.volumes[index] = { ...volume, State: 'available', Attachments: [] };
}

/** The reconciler at work: a pass, then one machine after the other, its interface a while after it. */
async function retire(world: World, version: number): Promise<void> {
  await look(world, version, 3_000, false);
  for (const index of [2, 1]) {
    await world.clock.sleep(60_000);
    world.addInstance(`i-${index}`, 'terminated');
    await world.clock.sleep(10_000);
    free(world, index);
  }
}

test('an Update that drops managers answers when their machines are gone and their interfaces free', async () => {
  const world = await deployed();
  const retired = retire(world, 2);
  assert.deepEqual(await world.serve(request('Update', SHRUNK, properties())), DONE);
  await retired;
  const took = world.clock.now() - START;
  assert.ok(took >= 143_000 && took < 150_000, String(took));
  assert.deepEqual((await world.store.memory()).committed?.spec.groups['managers']?.allocation, {
    kind: 'logicalIds',
    logicalIds: ['10.42.0.10'],
  });
  assert.equal(world.counted('TerminateInstancesCommand'), 0, 'the reconciler ends them, with a quorum');
});

test('a request that comes again waits as the first did', async () => {
  const world = await deployed();
  const first = await world.serve(request('Update', SHRUNK, properties()), { remaining: 70_000 });
  assert.match(first.status === 'FAILED' ? first.reason : '', /^StillThere/);
  const retired = retire(world, 2);
  assert.deepEqual(await world.serve(request('Update', SHRUNK, properties())), DONE);
  await retired;
});

test('nothing counts as gone before a pass has seen the new spec: one with the old might launch still', async () => {
  const world = await deployed();
  for (const index of [1, 2]) {
    world.addInstance(`i-${index}`, 'terminated');
    free(world, index);
  }
  const passed = look(world, 2, 30_000, false);
  assert.deepEqual(await world.serve(request('Update', SHRUNK, properties())), DONE);
  await passed;
  assert.ok(world.clock.now() - START >= 30_000);
});

test('a machine that was launched a moment ago may show late, and is waited for', async () => {
  const world = await deployed();
  for (const index of [1, 2]) {
    world.instances.delete(`i-${index}`);
    free(world, index);
  }
  const acquisition = await world.store.acquire('reconciler');
  assert.ok(acquisition.acquired);
  const record = { ...launchRecord('pet/10.42.1.10'), instanceIds: ['i-new'], launchedAt: START };
  await world.store.putLaunch(acquisition.lease, { ...record, state: 'launched' });
  await world.store.release(acquisition.lease, acquisition.wanted);
  const passed = look(world, 2, 1_000, false);
  const shown = world.clock
    .sleep(10_000)
    .then(() => world.addInstance('i-new', 'running', 'demo', { [TAG.logicalId]: '10.42.1.10' }));
  const ended = world.clock.sleep(40_000).then(() => world.addInstance('i-new', 'terminated'));
  assert.deepEqual(await world.serve(request('Update', SHRUNK, properties())), DONE);
  await Promise.all([passed, shown, ended]);
  assert.ok(world.clock.now() - START >= 40_000);
});

test('time over: it fails with what is left and what holds it back, and the way back is open', async () => {
  const world = await deployed();
  const held = [{ rule: 'retirement', subject: '10.42.2.10', reason: 'not while another manager is unwell' }];
  const passed = look(world, 2, 2_000, false, held);
  const outcome = await world.serve(request('Update', SHRUNK, properties()));
  await passed;
  const reason = outcome.status === 'FAILED' ? outcome.reason : '';
  assert.match(reason, /^StillThere: cluster "demo": what is declared no longer did not go in time/);
  assert.match(reason, /i-1 of 10\.42\.1\.10 \(running\), i-2 of 10\.42\.2\.10 \(running\), eni-1 \(attached to i-1\)/);
  assert.match(reason, /held: retirement 10\.42\.2\.10: not while another manager is unwell/);
  assert.ok(world.clock.now() - START <= 840_000);

  // CloudFormation rolls back: nothing is dropped by what was there before, so there is nothing to wait for.
  const before = world.clock.now();
  const back = await world.serve(request('Update', properties(), SHRUNK));
  assert.deepEqual(back, { status: 'SUCCESS', data: { Cluster: 'demo', SpecVersion: '3' } });
  assert.equal(world.clock.now(), before);
});

test('"could not find out" is not "gone"; a refusal of AWS is the answer', async () => {
  const world = await deployed();
  for (const index of [1, 2]) {
    world.addInstance(`i-${index}`, 'terminated');
    free(world, index);
  }
  let code = 'RequestLimitExceeded';
  world.faults.push((command) => {
    if (command === 'DescribeVolumesCommand' && world.clock.now() - START < 60_000) throw awsError(code, 503);
  });
  const passed = look(world, 2, 1_000, false);
  assert.deepEqual(await world.serve(request('Update', SHRUNK, properties())), DONE);
  await passed;
  assert.ok(world.clock.now() - START >= 60_000);

  const other = await deployed();
  code = 'UnauthorizedOperation';
  other.faults.push((command) => {
    if (command === 'DescribeVolumesCommand') throw awsError(code, 403);
  });
  const looked = look(other, 2, 1_000, false);
  const outcome = await other.serve(request('Update', SHRUNK, properties()));
  await looked;
  assert.match(outcome.status === 'FAILED' ? outcome.reason : '', /DescribeVolumes .*UnauthorizedOperation/);
});

test('machines of a group that is dropped are waited out, others are not', async () => {
  const world = await deployed();
  const acquisition = await world.store.acquire('reconciler');
  assert.ok(acquisition.acquired);
  const record = { ...launchRecord('batch/workers/us-east-1a'), group: 'workers', instanceIds: ['i-w'] };
  await world.store.putLaunch(acquisition.lease, { ...record, state: 'launched', launchedAt: START - 3_600_000 });
  await world.store.release(acquisition.lease, acquisition.wanted);
  world.addInstance('i-w', 'running', 'demo', { [TAG.group]: 'workers' });
  world.addInstance('i-stranger', 'running', 'demo', { [TAG.group]: 'by-hand' });
  const without = properties(parseSpec(WHOLE.slice(0, WHOLE.indexOf('  workers:'))));
  const passed = look(world, 2, 1_000, false);
  const ended = world.clock.sleep(90_000).then(() => world.addInstance('i-w', 'terminated'));
  assert.deepEqual(await world.serve(request('Update', without, properties())), DONE);
  await Promise.all([passed, ended]);
  assert.ok(world.clock.now() - START >= 90_000 && world.clock.now() - START < 100_000);
});

test('a pet that was never launched may go at once', async () => {
  const world = createWorld();
  await world.serve(request('Update'));
  assert.deepEqual(await world.serve(request('Update', SHRUNK, properties())), DONE);
  assert.equal(world.clock.now(), START);
});
