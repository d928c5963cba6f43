import assert from 'node:assert/strict';
import {
  CreateVolumeCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Stack } from '../../../lab/cloudformation/stack/stack.ts';
import { SWARM_ROLES, TAG, tokenParameterName } from '../../../lib/names.ts';
import { templateOf } from '../../lib/constructs/synth.ts';
import { createDeployedWorld, type DeployedWorld } from './deployed-world.ts';
import { type Roles, rolesOf } from './roles.ts';
import { everyFlavor } from './samples.ts';

/** Amazon Linux 2023 for arm64, as the lab knows it. */
export const IMAGE = 'ami-0ec52023000000641';

/** What a cluster has that somebody could want. */
export interface Cluster {
  readonly name: string;
  readonly roles: Roles;
  readonly instanceId: string;
  readonly volumeId: string;
  readonly interfaceId: string;
  readonly subnetId: string;
  /** Launch templates by group. */
  readonly templates: { readonly workers: string; readonly managers: string };
  readonly table: string;
  /** Instance profiles by flavor, e.g. `Worker`. */
  readonly profiles: ReadonlyMap<string, string>;
}

/** Two clusters in one account and Region, with a machine and join tokens each, and a machine and a volume of somebody else. */
export async function twoClusters() {
  const world = await createDeployedWorld();
  const [own, other] = [await clusterIn(world, 'demo', '10.42'), await clusterIn(world, 'prod', '10.43')];
  const foreign = await launch(world, { subnetId: other.subnetId, tags: {} });
  const { VolumeId } = await world.administrator.ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 8 }),
  );
  assert.ok(VolumeId !== undefined);
  return { world, own, other, stranger: { instanceId: foreign, volumeId: VolumeId } };
}

async function clusterIn(world: DeployedWorld, name: string, cidr: string): Promise<Cluster> {
  const { ec2, ssm } = world.administrator;
  const stack = await world.provision(templateOf({ spec: everyFlavor(name, cidr) }).toJSON(), `Everswarm-${name}`);
  const Filters = [{ Name: `tag:${TAG.cluster}`, Values: [name] }];
  const pets = [...Filters, { Name: `tag:${TAG.logicalId}`, Values: [`${cidr}.0.10`] }];
  const [templates, interfaces, subnets, volumes] = await Promise.all([
    ec2.send(new DescribeLaunchTemplatesCommand({ Filters })),
    ec2.send(new DescribeNetworkInterfacesCommand({ Filters: pets })),
    ec2.send(new DescribeSubnetsCommand({ Filters })),
    ec2.send(new DescribeVolumesCommand({ Filters: pets })),
  ]);
  const subnet = subnets.Subnets?.find(({ AvailabilityZone }) => AvailabilityZone === 'us-east-1a');
  for (const role of SWARM_ROLES) {
    const token = {
      Name: tokenParameterName(name, role),
      Value: `SWMTKN-${name}-${role}`,
      Type: 'SecureString',
    } as const;
    await ssm.send(new PutParameterCommand(token));
  }
  const subnetId = there(subnet?.SubnetId);
  const templateOfGroup = (group: string): string =>
    there(
      templates.LaunchTemplates?.find(({ Tags }) =>
        Tags?.some(({ Key, Value }) => Key === TAG.group && Value === group),
      )?.LaunchTemplateId,
    );
  return {
    name,
    roles: rolesOf(stack),
    instanceId: await launch(world, { subnetId, tags: { [TAG.cluster]: name } }),
    volumeId: there(volumes.Volumes?.[0]?.VolumeId),
    interfaceId: there(interfaces.NetworkInterfaces?.[0]?.NetworkInterfaceId),
    subnetId,
    templates: { workers: templateOfGroup('workers'), managers: templateOfGroup('managers') },
    table: physical(stack, 'AWS::DynamoDB::Table'),
    profiles: new Map(
      [...rolesOf(stack).machines].map(([flavor, role]) => [
        flavor,
        there(world.directory.profiles().find((profile) => profile.role?.name === role)?.name),
      ]),
    ),
  };
}

async function launch(
  { administrator, clock }: DeployedWorld,
  { subnetId, tags }: { readonly subnetId: string; readonly tags: Readonly<Record<string, string>> },
): Promise<string> {
  const Tags = Object.entries({ Name: 'one', ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { Instances = [] } = await administrator.ec2.send(
    new RunInstancesCommand({
      ImageId: IMAGE,
      InstanceType: 't4g.small',
      SubnetId: subnetId,
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags }],
    }),
  );
  await clock.advance(10_000);
  return there(Instances[0]?.InstanceId);
}

function physical({ resources }: Stack, type: string): string {
  return there(resources.find((resource) => resource.type === type)?.identity?.physicalId);
}

function there<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
