import { ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { documentName, type SwarmRole, TAG, tokenParameterName } from '../../../lib/names.ts';
import { refuses } from './refusals.ts';
import { IMAGE, twoClusters } from './two-clusters.ts';

const { world, own, other, stranger } = await twoClusters();
const deployment = world.clientsOf({ kind: 'function', ...own.roles.deployment });
const machine = (flavor: string) =>
  world.clientsOf({ kind: 'instance', name: own.instanceId, role: own.roles.machines.get(flavor) ?? '' });
const [manager, worker, bastion] = [machine('Manager'), machine('Worker'), machine('Vanilla')];
const token = (role: SwarmRole, cluster = own.name): string => tokenParameterName(cluster, role);
const launch = () =>
  new RunInstancesCommand({
    LaunchTemplate: { LaunchTemplateId: own.templates.workers },
    ImageId: IMAGE,
    InstanceType: 't4g.small',
    SubnetId: own.subnetId,
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: TAG.cluster, Value: own.name }] }],
  });
const tagged = (key: string, value: string) => [{ Key: key, Value: value }];
const send = (cluster: string, key: 'probe', instanceId: string) =>
  new SendCommandCommand({ DocumentName: documentName(cluster, key), InstanceIds: [instanceId] });

refuses('the credentials of the deployment function', {
  'the managers’ join token': () =>
    deployment.ssm.send(new GetParameterCommand({ Name: token('manager'), WithDecryption: true })),
  'another cluster’s join token': () =>
    deployment.ssm.send(new GetParameterCommand({ Name: token('worker', other.name), WithDecryption: true })),
  'taking another cluster’s join tokens away': () =>
    deployment.ssm.send(new DeleteParametersCommand({ Names: [token('worker', other.name)] })),
  'ending another cluster’s machine': () =>
    deployment.ec2.send(new TerminateInstancesCommand({ InstanceIds: [other.instanceId] })),
  'ending somebody’s machine': () =>
    deployment.ec2.send(new TerminateInstancesCommand({ InstanceIds: [stranger.instanceId] })),
  'waking another cluster’s reconciler': () =>
    deployment.lambda.send(new InvokeCommand({ FunctionName: other.roles.reconcile.name, InvocationType: 'Event' })),
  'a launch': () => deployment.ec2.send(launch()),
  'a command': () => deployment.ssm.send(send(own.name, 'probe', own.instanceId)),
  'another cluster’s table': () => deployment.dynamodb.send(new ScanCommand({ TableName: other.table })),
});

refuses('the credentials of a worker', {
  'the managers’ join token': () =>
    worker.ssm.send(new GetParameterCommand({ Name: token('manager'), WithDecryption: true })),
  'the managers’ join token beside its own': () =>
    worker.ssm.send(new GetParametersCommand({ Names: [token('worker'), token('manager')], WithDecryption: true })),
  'the join tokens by path': () =>
    worker.ssm.send(
      new GetParametersByPathCommand({
        Path: `/everswarm/${own.name}/join-token`,
        Recursive: true,
        WithDecryption: true,
      }),
    ),
  'former managers’ join tokens': () =>
    worker.ssm.send(new GetParameterHistoryCommand({ Name: token('manager'), WithDecryption: true })),
  'another join token for the workers': () =>
    worker.ssm.send(new PutParameterCommand({ Name: token('worker'), Value: 'SWMTKN-mine', Overwrite: true })),
  'another cluster’s join token': () =>
    worker.ssm.send(new GetParameterCommand({ Name: token('worker', other.name), WithDecryption: true })),
  'looking at the account': () => worker.ec2.send(new DescribeInstancesCommand({})),
  'ending a machine': () => worker.ec2.send(new TerminateInstancesCommand({ InstanceIds: [own.instanceId] })),
  'a launch': () => worker.ec2.send(launch()),
  'a tag on itself': () =>
    worker.ec2.send(new CreateTagsCommand({ Resources: [own.instanceId], Tags: tagged(TAG.group, 'managers') })),
  'a command on another machine': () => worker.ssm.send(send(own.name, 'probe', own.instanceId)),
  'the table': () => worker.dynamodb.send(new ScanCommand({ TableName: own.table })),
});

refuses('the credentials of other machines', {
  'a bastion: the workers’ join token': () =>
    bastion.ssm.send(new GetParameterCommand({ Name: token('worker'), WithDecryption: true })),
  'a manager: another cluster’s join token': () =>
    manager.ssm.send(new GetParameterCommand({ Name: token('manager', other.name), WithDecryption: true })),
  'a manager: another cluster’s join token of its own making': () =>
    manager.ssm.send(
      new PutParameterCommand({ Name: token('manager', other.name), Value: 'SWMTKN-mine', Overwrite: true }),
    ),
  'a manager: ending a machine': () =>
    manager.ec2.send(new TerminateInstancesCommand({ InstanceIds: [own.instanceId] })),
  'a manager: a command on another machine': () => manager.ssm.send(send(own.name, 'probe', own.instanceId)),
});
