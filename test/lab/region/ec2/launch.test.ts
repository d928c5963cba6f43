import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AMI, codeOf, given, labRegion, launched, network, SMALL, stateOf } from '../support/lab-region.ts';

describe('RunInstances', () => {
  it('goes from pending to running, with an event for each', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const answer = await lab.ec2.runInstances({
      ...SMALL,
      SubnetId: subnetA,
      UserData: Buffer.from('#!/bin/sh').toString('base64'),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'name', Value: 'a <b> & c' }] },
        { ResourceType: 'volume', Tags: [{ Key: 'disk', Value: 'root' }] },
      ],
    });
    const instance = given(answer.Instances?.[0]);
    assert.match(given(instance.InstanceId), /^i-[0-9a-f]{17}$/);
    assert.equal(instance.State?.Name, 'pending');
    await lab.region.idle();
    const seen = given((await lab.ec2.describeInstances({})).Reservations?.[0]?.Instances?.[0]);
    assert.equal(seen.State?.Name, 'running');
    assert.equal(seen.State?.Code, 16);
    assert.deepEqual(seen.Tags, [{ Key: 'name', Value: 'a <b> & c' }]);
    assert.equal(seen.Placement?.AvailabilityZone, 'us-east-1a');
    assert.equal(seen.LaunchTime?.getTime(), lab.clock.now());
    assert.match(given(seen.PrivateIpAddress), /^10\.0\.0\.\d+$/);
    assert.equal(seen.NetworkInterfaces?.[0]?.Attachment?.DeleteOnTermination, true);
    const root = given(seen.BlockDeviceMappings?.[0]);
    assert.equal(root.DeviceName, '/dev/xvda');
    const volumes = await lab.ec2.describeVolumes({ VolumeIds: [given(root.Ebs?.VolumeId)] });
    assert.deepEqual(volumes.Volumes?.[0]?.Tags, [{ Key: 'disk', Value: 'root' }]);
    assert.deepEqual(
      lab.events.map((event) => event.detail),
      ['pending', 'running'].map((state) => ({ 'instance-id': instance.InstanceId, state })),
    );
    assert.deepEqual(lab.region.host.metadata(given(instance.InstanceId))?.userData, '#!/bin/sh');
    assert.deepEqual(lab.region.faults, []);
  });

  it('is the same launch for the same token, and refuses other uses of it', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const request = { ...SMALL, SubnetId: subnetA, ClientToken: 'token-1', MaxCount: 2 };
    const [first, again] = await Promise.all([lab.ec2.runInstances(request), lab.ec2.runInstances(request)]);
    const ids = first.Instances?.map(({ InstanceId }) => InstanceId);
    assert.equal(ids?.length, 2);
    assert.deepEqual(
      again.Instances?.map(({ InstanceId }) => InstanceId),
      ids,
    );
    assert.equal(again.ReservationId, first.ReservationId);
    assert.equal(
      await codeOf(lab.ec2.runInstances({ ...request, InstanceType: 't4g.large' })),
      'IdempotentParameterMismatch',
    );
    await lab.region.idle();
    await lab.ec2.terminateInstances({ InstanceIds: [given(ids?.[0])] });
    assert.equal(await codeOf(lab.ec2.runInstances(request)), 'IdempotentInstanceTerminated');
    assert.equal(
      await codeOf(lab.ec2.runInstances({ ...request, ClientToken: 'x'.repeat(65) })),
      'InvalidParameterValue',
    );
    assert.equal(await codeOf(lab.ec2.runInstances({ ...request, ClientToken: 'é' })), 'InvalidParameterValue');
  });

  it('gives an interface to one instance only, until that one is terminated', async () => {
    const lab = labRegion({ shutdownMilliseconds: 1000 });
    const { subnetA } = await network(lab);
    const made = await lab.ec2.createNetworkInterface({ SubnetId: subnetA, PrivateIpAddress: '10.0.0.10' });
    const NetworkInterfaceId = given(made.NetworkInterface?.NetworkInterfaceId);
    const request = { ...SMALL, NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }] };
    const first = await lab.ec2.runInstances(request);
    const InstanceIds = [given(first.Instances?.[0]?.InstanceId)];
    assert.equal(first.Instances?.[0]?.PrivateIpAddress, '10.0.0.10');
    assert.equal(await codeOf(lab.ec2.runInstances(request)), 'InvalidNetworkInterface.InUse');
    const seen = () => lab.ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [NetworkInterfaceId] });
    assert.equal((await seen()).NetworkInterfaces?.[0]?.Status, 'in-use');
    assert.equal(await codeOf(lab.ec2.deleteNetworkInterface({ NetworkInterfaceId })), 'InvalidParameterValue');
    await lab.ec2.terminateInstances({ InstanceIds });
    assert.equal(await stateOf(lab, given(InstanceIds[0])), 'shutting-down');
    assert.equal(await codeOf(lab.ec2.runInstances(request)), 'InvalidNetworkInterface.InUse');
    await lab.clock.advance(1000);
    await lab.region.idle();
    assert.equal((await seen()).NetworkInterfaces?.[0]?.Status, 'available');
    assert.equal((await lab.ec2.runInstances(request)).Instances?.length, 1);
    await lab.region.idle();
    assert.deepEqual(lab.region.faults, []);
  });

  it('refuses what an interface carries itself, in the request and in the template', async () => {
    const lab = labRegion();
    const { subnetA, vpcId } = await network(lab);
    const group = given(
      (await lab.ec2.createSecurityGroup({ GroupName: 'g', Description: 'd', VpcId: vpcId })).GroupId,
    );
    const made = await lab.ec2.createNetworkInterface({ SubnetId: subnetA });
    const eni = { DeviceIndex: 0, NetworkInterfaceId: given(made.NetworkInterface?.NetworkInterfaceId) };
    const run = (extra: object, nic: object = {}) =>
      codeOf(lab.ec2.runInstances({ ...SMALL, NetworkInterfaces: [{ ...eni, ...nic }], ...extra }));
    assert.equal(await run({}, { AssociatePublicIpAddress: true }), 'InvalidParameterCombination');
    assert.equal(await run({}, { Groups: [group] }), 'InvalidParameterCombination');
    assert.equal(await run({ SecurityGroupIds: [group] }), 'InvalidParameterCombination');
    assert.equal(await run({ SubnetId: subnetA }), 'InvalidParameterCombination');
    assert.equal(await run({ PrivateIpAddress: '10.0.0.9' }), 'InvalidParameterCombination');
    await lab.ec2.createLaunchTemplate({
      LaunchTemplateName: 'with-group',
      LaunchTemplateData: { SecurityGroupIds: [group] },
    });
    assert.equal(await run({ LaunchTemplate: { LaunchTemplateName: 'with-group' } }), 'InvalidParameterCombination');
  });

  it('lays the request over the template, and takes versions by number, $Default and $Latest', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const made = await lab.ec2.createLaunchTemplate({
      LaunchTemplateName: 'workers',
      LaunchTemplateData: {
        ImageId: AMI,
        InstanceType: 't4g.small',
        IamInstanceProfile: { Name: 'workers' },
        MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true } }],
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'from', Value: 'template' },
              { Key: 'kept', Value: '1' },
            ],
          },
        ],
        NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnetA, AssociatePublicIpAddress: true }],
      },
    });
    const LaunchTemplateId = given(made.LaunchTemplate?.LaunchTemplateId);
    await lab.ec2.createLaunchTemplateVersion({
      LaunchTemplateId,
      LaunchTemplateData: { ImageId: AMI, InstanceType: 't4g.large' },
    });
    const run = (Version: string, extra: object = {}) =>
      lab.ec2.runInstances({ MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId, Version }, ...extra });
    const first = given(
      (
        await run('$Default', {
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'from', Value: 'request' }] }],
        })
      ).Instances?.[0],
    );
    assert.equal(first.InstanceType, 't4g.small');
    assert.deepEqual(first.Tags, [
      { Key: 'from', Value: 'request' },
      { Key: 'kept', Value: '1' },
    ]);
    assert.match(given(first.PublicIpAddress), /^198\.1[89]\./);
    assert.equal(lab.region.host.metadata(given(first.InstanceId))?.role, 'workers');
    const latest = await run('$Latest', { SubnetId: subnetA, InstanceType: 't4g.micro' });
    assert.equal(latest.Instances?.[0]?.InstanceType, 't4g.micro');
    assert.equal(await codeOf(run('7')), 'InvalidLaunchTemplateId.VersionNotFound');
    const shown = await lab.ec2.describeLaunchTemplateVersions({ LaunchTemplateId, Versions: ['1'] });
    const data = given(shown.LaunchTemplateVersions?.[0]?.LaunchTemplateData);
    assert.equal(data.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize, 20);
    assert.equal(data.NetworkInterfaces?.[0]?.SubnetId, subnetA);
    assert.equal(data.TagSpecifications?.[0]?.Tags?.length, 2);
    assert.equal(data.IamInstanceProfile?.Name, 'workers');
    await lab.ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: '2' });
    const listed = await lab.ec2.describeLaunchTemplates({ LaunchTemplateNames: ['workers'] });
    assert.equal(listed.LaunchTemplates?.[0]?.DefaultVersionNumber, 2);
    assert.equal(listed.LaunchTemplates?.[0]?.LatestVersionNumber, 2);
    await lab.ec2.deleteLaunchTemplate({ LaunchTemplateId });
    assert.equal(
      await codeOf(lab.ec2.describeLaunchTemplates({ LaunchTemplateIds: [LaunchTemplateId] })),
      'InvalidLaunchTemplateId.NotFound',
    );
    await lab.region.idle();
  });

  it('refuses before it makes anything', async () => {
    const lab = labRegion();
    const { subnetA, subnetB } = await network(lab);
    const run = (extra: object) => codeOf(lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA, ...extra }));
    assert.equal(await run({ ImageId: 'ami-0123456789abcdef0' }), 'InvalidAMIID.NotFound');
    assert.equal(await run({ InstanceType: 'm7i.large' }), 'InvalidParameterValue');
    assert.equal(await run({ UserData: '%%%' }), 'InvalidUserData.Malformed');
    assert.equal(await run({ UserData: Buffer.alloc(16_385).toString('base64') }), 'InvalidParameterValue');
    assert.equal(await run({ PrivateIpAddress: '10.0.0.3' }), 'InvalidParameterValue');
    assert.equal(await run({ PrivateIpAddress: '10.0.1.9' }), 'InvalidParameterValue');
    assert.equal(await run({ SubnetId: 'subnet-00000000000000000' }), 'InvalidSubnetID.NotFound');
    assert.equal(await run({ Placement: { AvailabilityZone: 'us-east-1b' } }), 'InvalidParameterValue');
    assert.equal(await run({ KernelId: 'aki-1' }), 'UnknownParameter');
    assert.equal(await run({ DryRun: true }), 'DryRunOperation');
    lab.region.linkInstanceProfiles({ roleOf: () => undefined });
    assert.equal(await run({ IamInstanceProfile: { Name: 'nobody' } }), 'InvalidParameterValue');
    assert.equal((await lab.ec2.describeNetworkInterfaces({})).NetworkInterfaces?.length, 0);
    assert.equal((await lab.ec2.describeVolumes({})).Volumes?.length, 0);
    assert.equal((await lab.ec2.describeInstances({})).Reservations?.length, 0);
    const taken = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetB, PrivateIpAddress: '10.0.1.9' });
    assert.equal(taken.Instances?.length, 1);
    assert.equal(await run({ SubnetId: subnetB, PrivateIpAddress: '10.0.1.9' }), 'InvalidIPAddress.InUse');
  });

  it('ends as terminated when the machine does not start', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    lab.fleet.bootError = new Error('no room');
    const id = await launched(lab, subnetA);
    assert.equal(await stateOf(lab, id), 'terminated');
    const seen = await lab.ec2.describeInstances({ InstanceIds: [id] });
    assert.equal(seen.Reservations?.[0]?.Instances?.[0]?.StateReason?.Code, 'Server.InternalError');
    assert.equal(lab.region.faults.length, 1);
    assert.equal((await lab.ec2.describeNetworkInterfaces({})).NetworkInterfaces?.length, 0);
  });
});

describe('a launch of many', () => {
  it('takes as many as the zone has room for, and none with room for less than MinCount', async () => {
    const lab = labRegion();
    const { subnetA, subnetB } = await network(lab);
    lab.region.ec2.setRoom('us-east-1a', 3);
    const request = { ...SMALL, SubnetId: subnetA, MinCount: 2, MaxCount: 10, ClientToken: 'many' };
    const ids = (answer: { Instances?: { InstanceId?: string }[] }) =>
      answer.Instances?.map(({ InstanceId }) => given(InstanceId)) ?? [];
    const first = ids(await lab.ec2.runInstances(request));
    assert.equal(first.length, 3);
    assert.deepEqual(ids(await lab.ec2.runInstances(request)), first);
    const more = { ...request, MinCount: 1, ClientToken: 'more' };
    assert.equal(await codeOf(lab.ec2.runInstances(more)), 'InsufficientInstanceCapacity');
    assert.equal(ids(await lab.ec2.runInstances({ ...more, SubnetId: subnetB })).length, 10);
    await lab.region.idle();
    await lab.ec2.terminateInstances({ InstanceIds: first.slice(0, 2) });
    await lab.region.idle();
    const again = { ...more, ClientToken: 'again' };
    assert.equal(ids(await lab.ec2.runInstances(again)).length, 2);
    lab.region.ec2.setRoom('us-east-1a', undefined);
    assert.equal(ids(await lab.ec2.runInstances({ ...more, ClientToken: 'free' })).length, 10);
    assert.deepEqual(lab.region.faults, []);
  });

  it('makes all of its instances or none where addresses run out', async () => {
    const lab = labRegion();
    const { subnetA } = await network(lab);
    const launch = (MaxCount: number) => lab.ec2.runInstances({ ...SMALL, SubnetId: subnetA, MaxCount });
    assert.equal(await codeOf(launch(252)), 'InsufficientFreeAddressesInSubnet');
    assert.deepEqual((await lab.ec2.describeInstances({})).Reservations, []);
    assert.equal((await launch(251)).Instances?.length, 251);
    assert.equal(await codeOf(launch(1)), 'InsufficientFreeAddressesInSubnet');
  });
});
