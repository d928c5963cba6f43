import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { arn, DONE, dependency, type Ec2Actions, existing, LISTING } from './action.ts';
import { overlap, parseCidr, within } from './cidr.ts';
import { describe, type Listing } from './listing.ts';
import type { Subnet } from './model.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import { findVpc } from './vpcs.ts';
import type { Ec2World } from './world.ts';
import { checkZone, zoneId } from './zones.ts';

export function findSubnet(world: Ec2World, id: string): Subnet {
  return existing(world.subnets.get(id), 'InvalidSubnetID.NotFound', 'subnet', id);
}

function createSubnet(params: Params, world: Ec2World): XmlElement {
  const vpc = findVpc(world, params.required('VpcId'));
  const cidr = parseCidr(params.required('CidrBlock'));
  const zone = checkZone(world, params.text('AvailabilityZone') ?? world.context.zones[0] ?? '');
  if (cidr.mask < 16 || cidr.mask > 28 || !within(parseCidr(vpc.cidr), cidr)) {
    throw new ServiceError(
      'InvalidSubnet.Range',
      `The CIDR '${cidr.text}' is invalid: a subnet is /16 to /28 and within its VPC's ${vpc.cidr}.`,
    );
  }
  const other = world.subnets.find(({ vpcId, cidr: taken }) => vpcId === vpc.id && overlap(parseCidr(taken), cidr));
  if (other !== undefined) {
    throw new ServiceError(
      'InvalidSubnet.Conflict',
      `The CIDR '${cidr.text}' conflicts with another subnet: ${other.id} has ${other.cidr}.`,
    );
  }
  const subnet = world.subnets.add({
    id: resourceId(world.context.random, 'subnet'),
    tags: tagsAtCreation(params, 'subnet'),
    vpcId: vpc.id,
    zone,
    cidr: cidr.text,
    mapPublicIp: false,
  });
  return { subnet: listing(world).render(subnet) };
}

function modifySubnetAttribute(params: Params, world: Ec2World): XmlElement {
  const subnet = findSubnet(world, params.required('SubnetId'));
  subnet.mapPublicIp = params.struct('MapPublicIpOnLaunch')?.flag('Value') ?? subnet.mapPublicIp;
  return DONE;
}

function deleteSubnet(params: Params, world: Ec2World): XmlElement {
  const subnet = findSubnet(world, params.required('SubnetId'));
  const users = world.interfaces.filter(({ subnetId }) => subnetId === subnet.id);
  if (users.length > 0) throw dependency(`subnet '${subnet.id}'`, `${users.map(({ id }) => id).join(', ')} are in it`);
  for (const table of world.routeTables) {
    table.associations = table.associations.filter(({ subnetId }) => subnetId !== subnet.id);
  }
  world.subnets.delete(subnet.id);
  return DONE;
}

function available(world: Ec2World, subnet: Subnet): number {
  return parseCidr(subnet.cidr).size - 5 - world.interfaces.filter(({ subnetId }) => subnetId === subnet.id).length;
}

function listing(world: Ec2World): Listing<Subnet> {
  return {
    idParameter: 'SubnetId',
    set: 'subnetSet',
    kind: 'subnet',
    notFound: 'InvalidSubnetID.NotFound',
    items: world.subnets,
    fields: {
      'subnet-id': (subnet) => subnet.id,
      'vpc-id': (subnet) => subnet.vpcId,
      'availability-zone': (subnet) => subnet.zone,
      'availability-zone-id': (subnet) => zoneId(world, subnet.zone),
      'cidr-block': (subnet) => subnet.cidr,
      'map-public-ip-on-launch': (subnet) => String(subnet.mapPublicIp),
      state: () => 'available',
    },
    render: (subnet) => ({
      subnetId: subnet.id,
      subnetArn: arn(world, `subnet/${subnet.id}`),
      ownerId: world.context.account,
      state: 'available',
      vpcId: subnet.vpcId,
      cidrBlock: subnet.cidr,
      availabilityZone: subnet.zone,
      availabilityZoneId: zoneId(world, subnet.zone),
      availableIpAddressCount: available(world, subnet),
      defaultForAz: false,
      mapPublicIpOnLaunch: subnet.mapPublicIp,
      tagSet: tagSet(subnet.tags),
    }),
  };
}

export const subnetActions: Ec2Actions = {
  CreateSubnet: { takes: ['VpcId', 'CidrBlock', 'AvailabilityZone', 'TagSpecification'], run: createSubnet },
  ModifySubnetAttribute: { takes: ['SubnetId', 'MapPublicIpOnLaunch'], run: modifySubnetAttribute },
  DescribeSubnets: { takes: ['SubnetId', ...LISTING], run: (params, world) => describe(params, listing(world)) },
  DeleteSubnet: { takes: ['SubnetId'], run: deleteSubnet },
};
