import type { Ec2World } from '../ec2/world.ts';
import { arn, type Context, resourceTags } from './check.ts';

/** EC2's resource types, as the Service Authorization Reference names them, and the beginnings of their ids. */
const PREFIXES = {
  'elastic-ip': 'eipalloc-',
  image: 'ami-',
  instance: 'i-',
  'internet-gateway': 'igw-',
  'launch-template': 'lt-',
  'network-interface': 'eni-',
  'route-table': 'rtb-',
  'security-group': 'sg-',
  snapshot: 'snap-',
  subnet: 'subnet-',
  volume: 'vol-',
  vpc: 'vpc-',
} as const;
export type Ec2Type = keyof typeof PREFIXES;

const TYPES = Object.keys(PREFIXES).filter((name): name is Ec2Type => Object.hasOwn(PREFIXES, name));

export function typeOf(id: string): Ec2Type | undefined {
  return TYPES.find((type) => id.startsWith(PREFIXES[type]));
}

/** Images belong to no account in their ARN, whoever owns them. */
export function ec2Arn(world: Ec2World, type: string, id: string): string {
  return arn(type === 'image' ? { ...world.context, account: '' } : world.context, 'ec2', `${type}/${id}`);
}

/**
 * What IAM may be told of a resource that is there. One that is not has nothing to be told: a permission that hangs on
 * its tags does not hold for it.
 */
export function factsOf(world: Ec2World, type: Ec2Type, id: string): Context {
  const tags = tagsOf(world, type, id);
  return { ...(tags && resourceTags(tags, 'ec2:ResourceTag')), ...ownFacts(world, type, id) };
}

function tagsOf(world: Ec2World, type: Ec2Type, id: string): ReadonlyMap<string, string> | undefined {
  switch (type) {
    case 'elastic-ip':
      return world.addresses.get(id)?.tags;
    case 'image':
      return world.images.get(id)?.tags;
    case 'instance':
      return world.instances.get(id)?.tags;
    case 'internet-gateway':
      return world.gateways.get(id)?.tags;
    case 'launch-template':
      return world.templates.get(id)?.tags;
    case 'network-interface':
      return world.interfaces.get(id)?.tags;
    case 'route-table':
      return world.routeTables.get(id)?.tags;
    case 'security-group':
      return world.groups.get(id)?.tags;
    case 'snapshot':
      return world.snapshots.get(id)?.tags;
    case 'subnet':
      return world.subnets.get(id)?.tags;
    case 'volume':
      return world.volumes.get(id)?.tags;
    case 'vpc':
      return world.vpcs.get(id)?.tags;
  }
}

function ownFacts(world: Ec2World, type: Ec2Type, id: string): Context {
  switch (type) {
    case 'instance': {
      const instance = world.instances.get(id);
      if (instance === undefined) return {};
      return { 'ec2:InstanceID': id, 'ec2:InstanceType': instance.type, 'ec2:AvailabilityZone': instance.zone };
    }
    case 'volume': {
      const volume = world.volumes.get(id);
      if (volume === undefined) return {};
      return {
        'ec2:VolumeID': id,
        'ec2:AvailabilityZone': volume.zone,
        'ec2:VolumeSize': String(volume.size),
        'ec2:VolumeType': volume.type,
        'ec2:Encrypted': String(volume.encrypted),
      };
    }
    case 'subnet': {
      const subnet = world.subnets.get(id);
      if (subnet === undefined) return {};
      return { 'ec2:SubnetID': id, 'ec2:AvailabilityZone': subnet.zone, ...inVpc(world, subnet.vpcId) };
    }
    case 'security-group': {
      const group = world.groups.get(id);
      return group === undefined ? {} : { 'ec2:SecurityGroupID': id, ...inVpc(world, group.vpcId) };
    }
    default:
      return {};
  }
}

export function inVpc(world: Ec2World, vpcId: string): Context {
  return { 'ec2:Vpc': ec2Arn(world, 'vpc', vpcId) };
}
