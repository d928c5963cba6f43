import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, dependency, type Ec2Actions, existing, LISTING } from './action.ts';
import { parseCidr } from './cidr.ts';
import { describe, type Listing } from './listing.ts';
import type { Vpc } from './model.ts';
import { addRouteTable } from './route-tables.ts';
import { addSecurityGroup } from './security-groups.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import type { Ec2World } from './world.ts';

export function findVpc(world: Ec2World, id: string): Vpc {
  return existing(world.vpcs.get(id), 'InvalidVpcID.NotFound', 'vpc', id);
}

/** With its main route table and its default security group, as EC2 makes them. */
function createVpc(params: Params, world: Ec2World): XmlElement {
  const cidr = parseCidr(params.required('CidrBlock'));
  if (cidr.mask < 16 || cidr.mask > 28) {
    throw new ServiceError('InvalidVpc.Range', `The CIDR '${cidr.text}' is invalid: a VPC is /16 to /28.`);
  }
  const vpc = world.vpcs.add({
    id: resourceId(world.context.random, 'vpc'),
    tags: tagsAtCreation(params, 'vpc'),
    cidr: cidr.text,
    dnsHostnames: false,
    dnsSupport: true,
  });
  addRouteTable(world, vpc, { main: true, tags: new Map() });
  addSecurityGroup(world, vpc, {
    name: 'default',
    description: 'default VPC security group',
    tags: new Map(),
    open: true,
  });
  return { vpc: listing(world).render(vpc) };
}

function modifyVpcAttribute(params: Params, world: Ec2World): XmlElement {
  const vpc = findVpc(world, params.required('VpcId'));
  vpc.dnsHostnames = params.struct('EnableDnsHostnames')?.flag('Value') ?? vpc.dnsHostnames;
  vpc.dnsSupport = params.struct('EnableDnsSupport')?.flag('Value') ?? vpc.dnsSupport;
  return DONE;
}

function describeVpcAttribute(params: Params, world: Ec2World): XmlElement {
  const vpc = findVpc(world, params.required('VpcId'));
  const attribute = params.oneOf('Attribute', ['enableDnsHostnames', 'enableDnsSupport']);
  const value = attribute === 'enableDnsHostnames' ? vpc.dnsHostnames : vpc.dnsSupport;
  return { vpcId: vpc.id, [attribute ?? 'enableDnsSupport']: { value } };
}

function deleteVpc(params: Params, world: Ec2World): XmlElement {
  const vpc = findVpc(world, params.required('VpcId'));
  const inVpc = (item: { readonly vpcId: string | undefined }) => item.vpcId === vpc.id;
  const groups = world.groups.filter(inVpc);
  const tables = world.routeTables.filter(inVpc);
  const users = [
    ...world.subnets.filter(inVpc),
    ...world.gateways.filter(inVpc),
    ...groups.filter((group) => group.name !== 'default'),
    ...tables.filter((table) => !table.main),
  ];
  if (users.length > 0) throw dependency(`vpc '${vpc.id}'`, `${users.map(({ id }) => id).join(', ')} belong to it`);
  for (const { id } of groups) world.groups.delete(id);
  for (const { id } of tables) world.routeTables.delete(id);
  world.vpcs.delete(vpc.id);
  return DONE;
}

function listing(world: Ec2World): Listing<Vpc> {
  return {
    idParameter: 'VpcId',
    set: 'vpcSet',
    kind: 'vpc',
    notFound: 'InvalidVpcID.NotFound',
    items: world.vpcs,
    fields: {
      'vpc-id': (vpc) => vpc.id,
      cidr: (vpc) => vpc.cidr,
      'cidr-block-association.cidr-block': (vpc) => vpc.cidr,
      state: () => 'available',
      'is-default': () => 'false',
      'owner-id': () => world.context.account,
    },
    render: (vpc) => ({
      vpcId: vpc.id,
      ownerId: world.context.account,
      state: 'available',
      cidrBlock: vpc.cidr,
      cidrBlockAssociationSet: [
        {
          associationId: vpc.id.replace('vpc-', 'vpc-cidr-assoc-'),
          cidrBlock: vpc.cidr,
          cidrBlockState: { state: 'associated' },
        },
      ],
      dhcpOptionsId: 'default',
      instanceTenancy: 'default',
      isDefault: false,
      tagSet: tagSet(vpc.tags),
    }),
  };
}

export const vpcActions: Ec2Actions = {
  CreateVpc: { takes: ['CidrBlock', 'InstanceTenancy', 'TagSpecification'], run: createVpc },
  ModifyVpcAttribute: { takes: ['VpcId', 'EnableDnsHostnames', 'EnableDnsSupport'], run: modifyVpcAttribute },
  DescribeVpcAttribute: { takes: ['VpcId', 'Attribute'], run: describeVpcAttribute },
  DescribeVpcs: { takes: ['VpcId', ...LISTING], run: (params, world) => describe(params, listing(world)) },
  DeleteVpc: { takes: ['VpcId'], run: deleteVpc },
};
