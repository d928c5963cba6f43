import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, type Ec2Actions, existing } from './action.ts';
import { formatAddress, parseCidr } from './cidr.ts';
import { findInterface } from './interfaces.ts';
import { describe, type Listing } from './listing.ts';
import type { Address, NetworkInterface } from './model.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import type { Ec2World } from './world.ts';

/** Public addresses of the lab come from the block for benchmarks (RFC 2544): nobody's on the internet. */
const PUBLIC = parseCidr('198.18.0.0/15');

export function freePublicAddress(world: Ec2World): string {
  const taken = new Set([
    ...[...world.addresses].map(({ publicIp }) => publicIp),
    ...[...world.interfaces].map(({ publicIp }) => publicIp),
  ]);
  let offset = Math.floor(world.context.random() * PUBLIC.size);
  while (taken.has(formatAddress(PUBLIC.first + offset))) offset = (offset + 1) % PUBLIC.size;
  return formatAddress(PUBLIC.first + offset);
}

function allocate(params: Params, world: Ec2World): XmlElement {
  params.oneOf('Domain', ['vpc']);
  const allocated = [...world.addresses].length;
  if (allocated >= world.settings.elasticAddresses) {
    throw new ServiceError(
      'AddressLimitExceeded',
      `The maximum number of addresses has been reached: ${allocated} of ${world.settings.elasticAddresses}.`,
    );
  }
  const address = world.addresses.add({
    id: resourceId(world.context.random, 'eipalloc'),
    tags: tagsAtCreation(params, 'elastic-ip'),
    publicIp: freePublicAddress(world),
    association: undefined,
  });
  return {
    publicIp: address.publicIp,
    allocationId: address.id,
    domain: 'vpc',
    publicIpv4Pool: 'amazon',
    networkBorderGroup: world.context.region,
  };
}

function findAddress(world: Ec2World, id: string): Address {
  return existing(world.addresses.get(id), 'InvalidAllocationID.NotFound', 'allocation', id);
}

/** By default an address moves from where it was; `AllowReassociation=false` refuses that. */
function associate(params: Params, world: Ec2World): XmlElement {
  const address = findAddress(world, params.required('AllocationId'));
  const eni = target(params, world);
  const moves = address.association !== undefined && address.association.interfaceId !== eni.id;
  if (moves && params.flag('AllowReassociation') === false) {
    throw new ServiceError(
      'Resource.AlreadyAssociated',
      `resource ${address.id} is already associated with associate-id ${address.association?.id}`,
    );
  }
  if (world.gateways.find(({ vpcId }) => vpcId === eni.vpcId) === undefined) {
    throw new ServiceError('Gateway.NotAttached', `Network ${eni.vpcId} is not attached to any internet gateway`);
  }
  for (const other of world.addresses) {
    if (other !== address && other.association?.interfaceId === eni.id) other.association = undefined;
  }
  if (address.association?.interfaceId !== eni.id) {
    address.association = { id: resourceId(world.context.random, 'eipassoc'), interfaceId: eni.id };
  }
  return { return: true, associationId: address.association?.id };
}

function target(params: Params, world: Ec2World): NetworkInterface {
  const instanceId = params.text('InstanceId');
  const interfaceId = params.text('NetworkInterfaceId');
  if (instanceId === undefined) return findInterface(world, interfaceId ?? params.required('NetworkInterfaceId'));
  return existing(
    world.interfaces.find(({ attachment }) => attachment?.instanceId === instanceId),
    'InvalidInstanceID.NotFound',
    'instance',
    instanceId,
  );
}

function disassociate(params: Params, world: Ec2World): XmlElement {
  const id = params.required('AssociationId');
  const address = world.addresses.find(({ association }) => association?.id === id);
  existing(address, 'InvalidAssociationID.NotFound', 'association', id).association = undefined;
  return DONE;
}

function release(params: Params, world: Ec2World): XmlElement {
  const address = findAddress(world, params.required('AllocationId'));
  if (address.association !== undefined) {
    throw new ServiceError(
      'InvalidIPAddress.InUse',
      `Address ${address.publicIp} is in use, by ${address.association.interfaceId}.`,
    );
  }
  world.addresses.delete(address.id);
  return DONE;
}

function holder(world: Ec2World, address: Address): NetworkInterface | undefined {
  return address.association && world.interfaces.get(address.association.interfaceId);
}

function listing(world: Ec2World): Listing<Address> {
  return {
    idParameter: 'AllocationId',
    set: 'addressesSet',
    kind: 'allocation',
    notFound: 'InvalidAllocationID.NotFound',
    items: world.addresses,
    fields: {
      'allocation-id': (address) => address.id,
      'association-id': (address) => address.association?.id,
      'public-ip': (address) => address.publicIp,
      'network-interface-id': (address) => address.association?.interfaceId,
      'private-ip-address': (address) => holder(world, address)?.privateIp,
      'instance-id': (address) => holder(world, address)?.attachment?.instanceId,
      domain: () => 'vpc',
    },
    render: (address) => ({
      publicIp: address.publicIp,
      allocationId: address.id,
      domain: 'vpc',
      associationId: address.association?.id,
      networkInterfaceId: address.association?.interfaceId,
      networkInterfaceOwnerId: address.association && world.context.account,
      privateIpAddress: holder(world, address)?.privateIp,
      instanceId: holder(world, address)?.attachment?.instanceId,
      publicIpv4Pool: 'amazon',
      networkBorderGroup: world.context.region,
      tagSet: tagSet(address.tags),
    }),
  };
}

export const addressActions: Ec2Actions = {
  AllocateAddress: { takes: ['Domain', 'TagSpecification'], run: allocate },
  AssociateAddress: {
    takes: ['AllocationId', 'NetworkInterfaceId', 'InstanceId', 'AllowReassociation'],
    run: associate,
  },
  DisassociateAddress: { takes: ['AssociationId'], run: disassociate },
  ReleaseAddress: { takes: ['AllocationId'], run: release },
  DescribeAddresses: { takes: ['AllocationId', 'Filter'], run: (params, world) => describe(params, listing(world)) },
};
