import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { documentName, type SwarmRole, TAG, tokenParameterName } from '../../../lib/names.ts';
import { codeOf, refuses } from './refusals.ts';
import { IMAGE, twoClusters } from './two-clusters.ts';

const { world, own, other, stranger } = await twoClusters();
const controller = world.clientsOf({ kind: 'function', ...own.roles.reconcile });
const deployment = world.clientsOf({ kind: 'function', ...own.roles.deployment });
const machine = (flavor: string) =>
  world.clientsOf({ kind: 'instance', name: own.instanceId, role: own.roles.machines.get(flavor) ?? '' });
const [manager, worker] = [machine('Manager'), machine('Worker')];
const token = (role: SwarmRole, cluster = own.name): string => tokenParameterName(cluster, role);

/** A launch as the controller makes it, but for what is changed. */
const launch = (change: Partial<RunInstancesCommandInput> = {}) =>
  new RunInstancesCommand({
    LaunchTemplate: { LaunchTemplateId: own.templates.workers },
    ImageId: IMAGE,
    InstanceType: 't4g.small',
    SubnetId: own.subnetId,
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: TAG.cluster, Value: own.name }] }],
    ...change,
  });
/** A manager's launch names an interface in the place of a subnet. */
const atAddress = { LaunchTemplate: { LaunchTemplateId: own.templates.managers }, SubnetId: undefined };
const tagged = (key: string, value: string) => [{ Key: key, Value: value }];
/** As the controller once did. */
const mark = (volumeId: string, value: string) =>
  world.administrator.ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags: tagged(TAG.mark, value) }));
const send = (cluster: string, key: 'probe', instanceId: string) =>
  new SendCommandCommand({ DocumentName: documentName(cluster, key), InstanceIds: [instanceId] });

describe('what they are for', () => {
  it('is allowed: launching, ending and attaching what is the cluster’s own', async () => {
    const DryRun = true;
    assert.equal(await codeOf(controller.ec2.send(launch({ DryRun }))), 'DryRunOperation');
    const NetworkInterfaces = [{ NetworkInterfaceId: own.interfaceId, DeviceIndex: 0 }];
    assert.equal(
      await codeOf(controller.ec2.send(launch({ ...atAddress, NetworkInterfaces, DryRun }))),
      'DryRunOperation',
    );
    const InstanceIds = [own.instanceId];
    const end = new TerminateInstancesCommand({ InstanceIds, DryRun });
    assert.equal(await codeOf(controller.ec2.send(end)), 'DryRunOperation');
    assert.equal(await codeOf(deployment.ec2.send(end)), 'DryRunOperation');
    const attach = { VolumeId: own.volumeId, InstanceId: own.instanceId, Device: '/dev/sdf', DryRun };
    assert.equal(await codeOf(controller.ec2.send(new AttachVolumeCommand(attach))), 'DryRunOperation');
    const stale = { Resources: [own.volumeId], Tags: tagged(TAG.mark, 'stale'), DryRun };
    assert.equal(await codeOf(controller.ec2.send(new CreateTagsCommand(stale))), 'DryRunOperation');
    await mark(own.volumeId, 'retired');
    const unmark = { Resources: [own.volumeId], Tags: tagged(TAG.mark, 'retired'), DryRun };
    assert.equal(await codeOf(controller.ec2.send(new DeleteTagsCommand(unmark))), 'DryRunOperation');
  });

  it('is allowed: the join tokens, to those who need them', async () => {
    const read = (Name: string) => new GetParameterCommand({ Name, WithDecryption: true });
    assert.equal(await codeOf(worker.ssm.send(read(token('worker')))), undefined);
    assert.equal(await codeOf(manager.ssm.send(read(token('manager')))), undefined);
  });
});

refuses('the credentials of the reconciler, used on another cluster', {
  'a launch through its template': () =>
    controller.ec2.send(
      launch({ LaunchTemplate: { LaunchTemplateId: other.templates.workers }, SubnetId: other.subnetId }),
    ),
  'a launch into its subnet': () => controller.ec2.send(launch({ SubnetId: other.subnetId })),
  'a launch at its manager’s address': () =>
    controller.ec2.send(
      launch({ ...atAddress, NetworkInterfaces: [{ NetworkInterfaceId: other.interfaceId, DeviceIndex: 0 }] }),
    ),
  'a launch with the role of its managers': () =>
    controller.ec2.send(launch({ IamInstanceProfile: { Name: other.profiles.get('Manager') } })),
  'a launch under its name': () =>
    controller.ec2.send(
      launch({ TagSpecifications: [{ ResourceType: 'instance', Tags: tagged(TAG.cluster, other.name) }] }),
    ),
  'ending its machine': () => controller.ec2.send(new TerminateInstancesCommand({ InstanceIds: [other.instanceId] })),
  'ending its machine among own ones': () =>
    controller.ec2.send(new TerminateInstancesCommand({ InstanceIds: [own.instanceId, other.instanceId] })),
  'attaching its disk to an own machine': () =>
    controller.ec2.send(
      new AttachVolumeCommand({ VolumeId: other.volumeId, InstanceId: own.instanceId, Device: '/dev/sdf' }),
    ),
  'giving its machine an own disk': () =>
    controller.ec2.send(
      new AttachVolumeCommand({ VolumeId: own.volumeId, InstanceId: other.instanceId, Device: '/dev/sdf' }),
    ),
  'giving up its disk': () =>
    controller.ec2.send(new CreateTagsCommand({ Resources: [other.volumeId], Tags: tagged(TAG.mark, 'stale') })),
  'taking its machine over by a tag': () =>
    controller.ec2.send(new CreateTagsCommand({ Resources: [other.instanceId], Tags: tagged(TAG.cluster, own.name) })),
  'taking its disk over by a tag': () =>
    controller.ec2.send(new CreateTagsCommand({ Resources: [other.volumeId], Tags: tagged(TAG.cluster, own.name) })),
  'a disk under its name': () =>
    controller.ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: 'us-east-1a',
        Size: 8,
        Encrypted: true,
        TagSpecifications: [{ ResourceType: 'volume', Tags: tagged(TAG.cluster, other.name) }],
      }),
    ),
  'a command on its machine': () => controller.ssm.send(send(own.name, 'probe', other.instanceId)),
  'its document on an own machine': () => controller.ssm.send(send(other.name, 'probe', own.instanceId)),
  'reading its table': () => controller.dynamodb.send(new ScanCommand({ TableName: other.table })),
  'an item of its table': () =>
    controller.dynamodb.send(
      new GetItemCommand({ TableName: other.table, Key: { pk: { S: 'cluster' }, sk: { S: 'lease' } } }),
    ),
  'its managers’ join token': () =>
    controller.ssm.send(new GetParameterCommand({ Name: token('manager', other.name) })),
});

refuses('the credentials of the reconciler, used for more than it does', {
  'the managers’ join token': () =>
    controller.ssm.send(new GetParameterCommand({ Name: token('manager'), WithDecryption: true })),
  'the join tokens by path': () =>
    controller.ssm.send(new GetParametersByPathCommand({ Path: '/everswarm/', Recursive: true, WithDecryption: true })),
  'a join token of its own making': () =>
    controller.ssm.send(new PutParameterCommand({ Name: token('worker'), Value: 'SWMTKN-mine', Overwrite: true })),
  'a shell on an own machine': () =>
    controller.ssm.send(new SendCommandCommand({ DocumentName: 'AWS-RunShellScript', InstanceIds: [own.instanceId] })),
  'a launch without a launch template': () => controller.ec2.send(launch({ LaunchTemplate: undefined })),
  'a launch without the cluster’s tag': () => controller.ec2.send(launch({ TagSpecifications: [] })),
  'a launch of a machine that is the administrator': () =>
    controller.ec2.send(launch({ IamInstanceProfile: { Name: administratorProfile() } })),
  'ending somebody’s machine': () =>
    controller.ec2.send(new TerminateInstancesCommand({ InstanceIds: [stranger.instanceId] })),
  'ending a machine that is not there': () =>
    controller.ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] })),
  'attaching somebody’s disk': () =>
    controller.ec2.send(
      new AttachVolumeCommand({ VolumeId: stranger.volumeId, InstanceId: own.instanceId, Device: '/dev/sdf' }),
    ),
  'taking somebody’s machine over by a tag': () =>
    controller.ec2.send(
      new CreateTagsCommand({ Resources: [stranger.instanceId], Tags: tagged(TAG.cluster, own.name) }),
    ),
  'another tag on an own disk, with the mark': () =>
    controller.ec2.send(
      new CreateTagsCommand({
        Resources: [own.volumeId],
        Tags: [...tagged(TAG.mark, 'stale'), ...tagged(TAG.logicalId, '10.42.1.10')],
      }),
    ),
  'a mark that means nothing': () =>
    controller.ec2.send(new CreateTagsCommand({ Resources: [own.volumeId], Tags: tagged(TAG.mark, 'fine') })),
  'taking a mark off an own disk that says more than that it was kept': async () => {
    await mark(own.volumeId, 'stale');
    return controller.ec2.send(new DeleteTagsCommand({ Resources: [own.volumeId], Tags: [{ Key: TAG.mark }] }));
  },
  'taking another tag off an own disk': async () => {
    await mark(own.volumeId, 'retired');
    const Tags = [{ Key: TAG.mark }, { Key: TAG.cluster }];
    return controller.ec2.send(new DeleteTagsCommand({ Resources: [own.volumeId], Tags }));
  },
  'taking all tags off an own disk': async () => {
    await mark(own.volumeId, 'retired');
    return controller.ec2.send(new DeleteTagsCommand({ Resources: [own.volumeId] }));
  },
  'a disk that is not encrypted': () =>
    controller.ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: 'us-east-1a',
        Size: 8,
        TagSpecifications: [{ ResourceType: 'volume', Tags: tagged(TAG.cluster, own.name) }],
      }),
    ),
  'a copy of an own disk': () => controller.ec2.send(new CreateSnapshotCommand({ VolumeId: own.volumeId })),
  'deleting an own disk': () => controller.ec2.send(new DeleteVolumeCommand({ VolumeId: own.volumeId })),
  'detaching an own disk': () => controller.ec2.send(new DetachVolumeCommand({ VolumeId: own.volumeId })),
  'stopping an own machine': () => controller.ec2.send(new StopInstancesCommand({ InstanceIds: [own.instanceId] })),
  'other user data for an own machine': () =>
    controller.ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: own.instanceId, UserData: { Value: Buffer.from('#!/bin/sh') } }),
    ),
  'other code for itself': () =>
    controller.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: own.roles.reconcile.name, S3Bucket: 'x', S3Key: 'x' }),
    ),
  'other permissions for itself': () =>
    controller.iam.send(
      new PutRolePolicyCommand({ RoleName: own.roles.reconcile.role, PolicyName: 'all', PolicyDocument: '{}' }),
    ),
  'the whole of its own table': () => controller.dynamodb.send(new ScanCommand({ TableName: own.table })),
});

/** A profile with a role that may do everything: the prize of whoever may pass on any role. */
function administratorProfile(): string {
  const { directory } = world;
  const name = 'administrator';
  if (directory.profiles().some((profile) => profile.name === name)) return name;
  const role = directory.createRole({
    name,
    path: '/',
    assumeRolePolicy: '{}',
    description: undefined,
    maxSessionSeconds: 3600,
  });
  role.attached.add('arn:aws:iam::aws:policy/AdministratorAccess');
  directory.createProfile(name, '/').role = role;
  return name;
}
