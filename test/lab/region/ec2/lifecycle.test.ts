import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, given, type Lab, labRegion, launched, network, SMALL, stateOf } from '../support/lab-region.ts';

const states = (lab: Lab) => lab.events.map(({ detail }) => (detail as { state: string }).state);

describe('an instance', () => {
  it('is terminated at once in the books, then its machine goes, with root volume and own interface', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const id = await launched(lab, subnetA);
    const answer = await lab.ec2.terminateInstances({ InstanceIds: [id] });
    assert.equal(answer.TerminatingInstances?.[0]?.PreviousState?.Name, 'running');
    assert.equal(answer.TerminatingInstances?.[0]?.CurrentState?.Name, 'shutting-down');
    await lab.region.idle();
    assert.deepEqual(states(lab), ['pending', 'running', 'shutting-down', 'terminated']);
    assert.deepEqual(lab.fleet.log.slice(-2), [`stop ${id} kill`, `release ${id}`]);
    assert.equal((await lab.ec2.describeVolumes({})).Volumes?.length, 0);
    assert.equal((await lab.ec2.describeNetworkInterfaces({})).NetworkInterfaces?.length, 0);
    const seen = given((await lab.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0]);
    assert.equal(seen.PrivateIpAddress, undefined);
    assert.deepEqual(seen.BlockDeviceMappings, []);
    await lab.ec2.terminateInstances({ InstanceIds: [id] });
    await lab.clock.advance(3_600_000);
    assert.equal(await codeOf(lab.ec2.describeInstances({ InstanceIds: [id] })), 'InvalidInstanceID.NotFound');
    assert.equal((await lab.ec2.describeInstances({})).Reservations?.length, 0);
  });

  it('can be terminated while its machine boots', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const { promise, resolve } = Promise.withResolvers<void>();
    lab.fleet.gate = promise;
    const answer = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA });
    const id = given(answer.Instances?.[0]?.InstanceId);
    await lab.ec2.terminateInstances({ InstanceIds: [id] });
    resolve();
    await lab.region.idle();
    assert.deepEqual(states(lab), ['pending', 'shutting-down', 'terminated']);
    assert.equal(lab.fleet.machines.size, 0);
    assert.deepEqual(lab.region.faults, []);
  });

  it('stops, starts and reboots; its volumes are back after a start', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const id = await launched(lab, subnetA);
    const VolumeId = given((await lab.ec2.createVolume({ AvailabilityZone: 'us-east-1a', Size: 1 })).VolumeId);
    await lab.region.idle();
    await lab.ec2.attachVolume({ VolumeId, InstanceId: id, Device: '/dev/sdf' });
    await lab.ec2.stopInstances({ InstanceIds: [id] });
    await lab.region.idle();
    assert.equal(await stateOf(lab, id), 'stopped');
    assert.equal(lab.fleet.machines.get(id)?.volumes.size, 0);
    assert.equal((await lab.ec2.describeVolumes({ VolumeIds: [VolumeId] })).Volumes?.[0]?.State, 'in-use');
    assert.equal(await codeOf(lab.ec2.rebootInstances({ InstanceIds: [id] })), 'IncorrectInstanceState');
    await lab.ec2.startInstances({ InstanceIds: [id] });
    await lab.region.idle();
    assert.equal(await stateOf(lab, id), 'running');
    assert.deepEqual([...given(lab.fleet.machines.get(id)).volumes], [VolumeId]);
    await lab.ec2.rebootInstances({ InstanceIds: [id] });
    await lab.region.idle();
    assert.equal(lab.fleet.log.at(-1), `reboot ${id}`);
    assert.deepEqual(states(lab), ['pending', 'running', 'stopping', 'stopped', 'pending', 'running']);
    assert.deepEqual(lab.region.faults, []);
  });

  it('dies of a power cut: dead at once, terminated when EC2 notices, its volume free again', async () => {
    const lab = labRegion({ powerCutNoticeMilliseconds: 2000 });
    const { subnetA } = await network(lab);
    const id = await launched(lab, subnetA);
    const VolumeId = given((await lab.ec2.createVolume({ AvailabilityZone: 'us-east-1a', Size: 1 })).VolumeId);
    await lab.clock.flush();
    await lab.ec2.attachVolume({ VolumeId, InstanceId: id, Device: '/dev/sdf' });
    await lab.clock.flush();
    await lab.region.ec2.powerCut(id);
    assert.equal(lab.fleet.machines.get(id)?.on, false);
    assert.equal(await stateOf(lab, id), 'running');
    await lab.clock.advance(2000);
    await lab.region.idle();
    assert.equal(await stateOf(lab, id), 'terminated');
    assert.deepEqual(states(lab), ['pending', 'running', 'shutting-down', 'terminated']);
    assert.equal((await lab.ec2.describeVolumes({ VolumeIds: [VolumeId] })).Volumes?.[0]?.State, 'available');
    assert.deepEqual(lab.region.faults, []);
  });

  it('can be stopped by hand, and listed without a call', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const id = await launched(lab, subnetA);
    const calls = lab.region.calls.entries.length;
    lab.region.ec2.stopByHand(id);
    await lab.region.idle();
    assert.deepEqual(
      lab.region.ec2.instances().map(({ instanceId, state }) => ({ instanceId, state })),
      [{ instanceId: id, state: 'stopped' }],
    );
    assert.equal(lab.region.calls.entries.length, calls);
  });

  it('names what is wrong with an id', async () => {
    const { ec2 } = labRegion();
    assert.equal(
      await codeOf(ec2.terminateInstances({ InstanceIds: ['i-00000000000000000'] })),
      'InvalidInstanceID.NotFound',
    );
    assert.equal(await codeOf(ec2.terminateInstances({ InstanceIds: ['nonsense'] })), 'InvalidInstanceID.Malformed');
    assert.equal(await codeOf(ec2.stopInstances({ InstanceIds: [] })), 'MissingParameter');
  });

  it('may be protected from termination, and is in the status list while it runs', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const answer = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA, DisableApiTermination: true });
    const id = given(answer.Instances?.[0]?.InstanceId);
    assert.equal(await codeOf(lab.ec2.terminateInstances({ InstanceIds: [id] })), 'OperationNotPermitted');
    const all = await lab.ec2.describeInstanceStatus({ IncludeAllInstances: true });
    assert.equal(all.InstanceStatuses?.length, 1);
    await lab.region.idle();
    const running = await lab.ec2.describeInstanceStatus({});
    assert.equal(running.InstanceStatuses?.[0]?.InstanceStatus?.Status, 'ok');
  });
});

describe('settings', () => {
  it('hide a new instance, throttle launches, delay and lose events', async () => {
    const lab = labRegion({ instanceVisibleMilliseconds: 500, throttle: 'published', eventLossRate: 1 });
    const { subnetA } = await network(lab);
    const id = await launched(lab, subnetA);
    assert.equal(await codeOf(lab.ec2.describeInstances({ InstanceIds: [id] })), 'InvalidInstanceID.NotFound');
    await lab.clock.advance(500);
    assert.equal(await stateOf(lab, id), 'running');
    const many = await Promise.allSettled(
      Array.from({ length: 8 }, () => lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA })),
    );
    const refused = many.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []));
    assert.ok(refused.length >= 2 && refused.every((name) => name === 'RequestLimitExceeded'), String(refused));
    assert.deepEqual(lab.events, []);
  });

  it('give every call and every boot its time', async () => {
    const lab = labRegion({ callMilliseconds: 100, pendingMilliseconds: 3000, eventDelayMilliseconds: 1000 });
    let done = false;
    const call = lab.ec2.describeVpcs({}).then(() => {
      done = true;
    });
    assert.ok(await lab.clock.run(() => done, 1000));
    await call;
    assert.equal(lab.clock.monotonic(), 100);
  });
});
