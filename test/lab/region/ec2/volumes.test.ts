import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, given, labRegion, launched, network, SMALL } from '../support/lab-region.ts';

async function volume(lab: ReturnType<typeof labRegion>, AvailabilityZone = 'us-east-1a'): Promise<string> {
  const made = await lab.ec2.createVolume({
    AvailabilityZone,
    Size: 2,
    VolumeType: 'gp3',
    Encrypted: true,
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'k', Value: 'v' }] }],
  });
  assert.equal(made.State, 'creating');
  await lab.region.idle();
  return given(made.VolumeId);
}

describe('a volume', () => {
  it('is held by one running or stopped instance of its own zone', async () => {
    const lab = labRegion({ shutdownMilliseconds: 1000 });
    const { subnetA } = await network(lab);
    const VolumeId = await volume(lab);
    const elsewhere = await volume(lab, 'us-east-1b');
    const pending = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA });
    const first = given(pending.Instances?.[0]?.InstanceId);
    const attach = (VolumeId: string, InstanceId: string, Device = '/dev/sdf') =>
      lab.ec2.attachVolume({ VolumeId, InstanceId, Device });
    assert.equal(await codeOf(attach('vol-00000000000000000', first)), 'InvalidVolume.NotFound');
    await lab.region.idle();
    const second = await launched(lab, subnetA);
    assert.equal(await codeOf(attach(elsewhere, first)), 'InvalidVolume.ZoneMismatch');
    assert.equal((await attach(VolumeId, first)).State, 'attaching');
    assert.equal(await codeOf(attach(VolumeId, second)), 'VolumeInUse');
    assert.equal(await codeOf(lab.ec2.deleteVolume({ VolumeId })), 'VolumeInUse');
    assert.equal(await codeOf(attach(await volume(lab), first)), 'InvalidParameterValue');
    await lab.region.idle();
    const seen = given((await lab.ec2.describeVolumes({ VolumeIds: [VolumeId] })).Volumes?.[0]);
    assert.equal(seen.State, 'in-use');
    assert.equal(seen.Attachments?.[0]?.State, 'attached');
    assert.equal(seen.Attachments?.[0]?.DeleteOnTermination, false);
    assert.equal(seen.Iops, 3000);
    assert.deepEqual(seen.Tags, [{ Key: 'k', Value: 'v' }]);
    const mapped = await lab.ec2.describeInstances({
      Filters: [{ Name: 'block-device-mapping.volume-id', Values: [VolumeId] }],
    });
    assert.equal(mapped.Reservations?.[0]?.Instances?.[0]?.InstanceId, first);
    await lab.ec2.terminateInstances({ InstanceIds: [first] });
    assert.equal(await codeOf(attach(VolumeId, second)), 'VolumeInUse');
    await lab.clock.advance(1000);
    await lab.region.idle();
    await attach(VolumeId, second);
    await lab.region.idle();
    assert.ok(lab.fleet.machines.get(second)?.volumes.has(VolumeId));
    assert.deepEqual(lab.region.faults, []);
  });

  it('refuses an instance that is still pending', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const VolumeId = await volume(lab);
    const { promise, resolve } = Promise.withResolvers<void>();
    lab.fleet.gate = promise;
    const answer = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA });
    const InstanceId = given(answer.Instances?.[0]?.InstanceId);
    assert.equal(await codeOf(lab.ec2.attachVolume({ VolumeId, InstanceId, Device: '/dev/sdf' })), 'IncorrectState');
    resolve();
    await lab.region.idle();
  });

  it('is detached, deleted, and found no more; the root volume stays', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const VolumeId = await volume(lab);
    const InstanceId = await launched(lab, subnetA);
    assert.equal(await codeOf(lab.ec2.detachVolume({ VolumeId })), 'IncorrectState');
    await lab.ec2.attachVolume({ VolumeId, InstanceId, Device: '/dev/sdf' });
    assert.equal((await lab.ec2.detachVolume({ VolumeId })).State, 'detaching');
    await lab.region.idle();
    await lab.ec2.deleteVolume({ VolumeId });
    await lab.region.idle();
    assert.equal(await codeOf(lab.ec2.describeVolumes({ VolumeIds: [VolumeId] })), 'InvalidVolume.NotFound');
    const root = given((await lab.ec2.describeVolumes({})).Volumes?.[0]?.VolumeId);
    assert.equal(await codeOf(lab.ec2.detachVolume({ VolumeId: root })), 'OperationNotPermitted');
    assert.equal(lab.fleet.volumes.size, 0);
    assert.deepEqual(lab.region.faults, []);
  });

  it('comes with a launch, and goes with it unless it is to stay', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const answer = await lab.ec2.runInstances({
      ...SMALL,
      SubnetId: subnetA,
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 12 } },
        { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 3 } },
        { DeviceName: '/dev/sdc', Ebs: { VolumeSize: 4, DeleteOnTermination: false } },
      ],
    });
    const id = given(answer.Instances?.[0]?.InstanceId);
    await lab.region.idle();
    assert.equal(lab.fleet.machines.get(id)?.volumes.size, 2);
    await lab.ec2.terminateInstances({ InstanceIds: [id] });
    await lab.region.idle();
    const left = (await lab.ec2.describeVolumes({})).Volumes;
    assert.deepEqual(
      left?.map(({ Size, State }) => [Size, State]),
      [[4, 'available']],
    );
    assert.deepEqual(lab.region.faults, []);
  });

  it('has snapshots, as records', async () => {
    const lab = labRegion();
    const VolumeId = await volume(lab);
    const made = await lab.ec2.createSnapshot({ VolumeId, Description: 'before removal' });
    const seen = await lab.ec2.describeSnapshots({
      OwnerIds: ['self'],
      Filters: [{ Name: 'volume-id', Values: [VolumeId] }],
    });
    assert.equal(seen.Snapshots?.[0]?.SnapshotId, made.SnapshotId);
    assert.equal(seen.Snapshots?.[0]?.State, 'completed');
    await lab.ec2.deleteSnapshot({ SnapshotId: made.SnapshotId });
    assert.equal(
      await codeOf(lab.ec2.describeSnapshots({ SnapshotIds: [given(made.SnapshotId)] })),
      'InvalidSnapshot.NotFound',
    );
  });
});

describe('CreateVolume', () => {
  it('makes one volume for one token, which is creating before it is available', async () => {
    const lab = labRegion({ createVolumeMilliseconds: 2000 });
    const { subnetA } = await network(lab);
    const instance = await launched(lab, subnetA);
    const wish = { AvailabilityZone: 'us-east-1a', Size: 4, Encrypted: true, ClientToken: 'loss-1' };
    const VolumeId = given((await lab.ec2.createVolume(wish)).VolumeId);
    assert.equal((await lab.ec2.createVolume(wish)).VolumeId, VolumeId);
    assert.equal(await codeOf(lab.ec2.createVolume({ ...wish, Size: 5 })), 'IdempotentParameterMismatch');
    const attach = () => lab.ec2.attachVolume({ VolumeId, InstanceId: instance, Device: '/dev/sdf' });
    assert.equal(await codeOf(attach()), 'IncorrectState');
    await lab.clock.advance(2000);
    await lab.region.idle();
    await attach();
    const own = { Filters: [{ Name: 'size', Values: ['4'] }] };
    assert.equal((await lab.ec2.describeVolumes(own)).Volumes?.length, 1);
  });

  it('encrypts with the key that is named, else with the account’s', async () => {
    const lab = labRegion();
    const create = (extra: object) => lab.ec2.createVolume({ AvailabilityZone: 'us-east-1a', Size: 1, ...extra });
    const key = 'arn:aws:kms:us-east-1:123456789012:key/0000';
    assert.equal((await create({ Encrypted: true, KmsKeyId: key })).KmsKeyId, key);
    assert.match(given((await create({ Encrypted: true })).KmsKeyId), /alias\/aws\/ebs$/);
    assert.equal((await create({})).KmsKeyId, undefined);
    assert.equal(await codeOf(create({ KmsKeyId: key })), 'InvalidParameterDependency');
    assert.equal(await codeOf(create({ AvailabilityZone: 'us-west-9z' })), 'InvalidParameterValue');
  });

  it('is marked later, as an instance is, by CreateTags', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const instance = await launched(lab, subnetA);
    const VolumeId = await volume(lab);
    await lab.ec2.createTags({ Resources: [VolumeId, instance], Tags: [{ Key: 'mark', Value: 'stale' }] });
    const marked = { Filters: [{ Name: 'tag:mark', Values: ['stale'] }] };
    assert.deepEqual(
      (await lab.ec2.describeVolumes(marked)).Volumes?.map((one) => one.VolumeId),
      [VolumeId],
    );
    assert.equal((await lab.ec2.describeInstances(marked)).Reservations?.[0]?.Instances?.[0]?.InstanceId, instance);
    const gone = { Resources: ['vol-00000000000000000'], Tags: [{ Key: 'a', Value: 'b' }] };
    assert.equal(await codeOf(lab.ec2.createTags(gone)), 'InvalidVolume.NotFound');
  });
});
