import { macAddress, resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, type Ec2Actions, existing, LISTING, timestamp } from './action.ts';
import { formatAddress, holds, parseAddress, parseCidr, reserved } from './cidr.ts';
import { describe, type Listing } from './listing.ts';
import type { NetworkInterface, Subnet, Tags } from './model.ts';
import { findGroup } from './security-groups.ts';
import { findSubnet } from './subnets.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import type { Ec2World } from './world.ts';
import { zoneId } from './zones.ts';

export function findInterface(world: Ec2World, id: string): NetworkInterface {
  return existing(world.interfaces.get(id), 'InvalidNetworkInterfaceID.NotFound', 'networkInterface', id);
}

/** The interface's public address: an Elastic IP, or the one it was given at launch. */
export function publicAddress(world: Ec2World, eni: NetworkInterface): string | undefined {
  return world.addresses.find(({ association }) => association?.interfaceId === eni.id)?.publicIp ?? eni.publicIp;
}

export interface InterfaceWish {
  readonly subnet: Subnet;
  /** @default a free one */
  readonly privateIp: string | undefined;
  /** @default the VPC's default group */
  readonly groups: readonly string[];
  readonly description: string;
  readonly tags: Tags;
}

export function addInterface(world: Ec2World, wish: InterfaceWish): NetworkInterface {
  const { subnet } = wish;
  return world.interfaces.add({
    id: resourceId(world.context.random, 'eni'),
    tags: wish.tags,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    privateIp: wish.privateIp === undefined ? freeAddress(world, subnet) : checkAddress(world, subnet, wish.privateIp),
    mac: macAddress(world.context.random),
    description: wish.description,
    groups: checkGroups(world, subnet, wish.groups),
    attachment: undefined,
    publicIp: undefined,
  });
}

/** @throws ServiceError when a group is not there, or is of another VPC; the default group when none is named */
export function checkGroups(world: Ec2World, subnet: Subnet, groups: readonly string[]): readonly string[] {
  if (groups.length === 0) {
    const own = world.groups.find(({ vpcId, name }) => vpcId === subnet.vpcId && name === 'default');
    return own === undefined ? [] : [own.id];
  }
  for (const id of groups) {
    const group = findGroup(world, id);
    if (group.vpcId !== subnet.vpcId) {
      throw new ServiceError(
        'InvalidParameter',
        `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
      );
    }
  }
  return groups;
}

/** An address in a subnet belongs to one interface only. @throws ServiceError */
export function checkAddress(world: Ec2World, subnet: Subnet, address: string): string {
  const cidr = parseCidr(subnet.cidr);
  const number = parseAddress(address);
  if (number === undefined || !holds(cidr, number)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Address ${address} does not fall within the subnet's address range ${subnet.cidr}`,
    );
  }
  if (reserved(cidr, number)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Address ${address} is in subnet's reserved address range: the first four and the last of ${subnet.cidr} are AWS's own`,
    );
  }
  const holder = world.interfaces.find((eni) => eni.subnetId === subnet.id && eni.privateIp === address);
  if (holder !== undefined) {
    throw new ServiceError('InvalidIPAddress.InUse', `Address ${address} is in use, by ${holder.id}.`);
  }
  return address;
}

/** @throws ServiceError `InsufficientFreeAddressesInSubnet`: a launch of several makes all of its interfaces, or none */
export function checkFree(world: Ec2World, subnet: Subnet, count: number): void {
  const free = parseCidr(subnet.cidr).size - 5 - takenIn(world, subnet).size;
  if (free < count) throw noneFree(subnet);
}

function takenIn(world: Ec2World, subnet: Subnet): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const eni of world.interfaces) if (eni.subnetId === subnet.id) taken.add(eni.privateIp);
  return taken;
}

function noneFree(subnet: Subnet): ServiceError {
  return new ServiceError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnet.id}' (${subnet.cidr}) to satisfy the requested number of instances.`,
  );
}

/** Any free address, from a random place on: EC2 does not promise an order either. */
function freeAddress(world: Ec2World, subnet: Subnet): string {
  const cidr = parseCidr(subnet.cidr);
  const taken = takenIn(world, subnet);
  const usable = cidr.size - 5;
  const start = Math.floor(world.context.random() * usable);
  for (let step = 0; step < usable; step += 1) {
    const address = formatAddress(cidr.first + 4 + ((start + step) % usable));
    if (!taken.has(address)) return address;
  }
  throw noneFree(subnet);
}

function create(params: Params, world: Ec2World): XmlElement {
  const eni = addInterface(world, {
    subnet: findSubnet(world, params.required('SubnetId')),
    privateIp: params.text('PrivateIpAddress') ?? params.structs('PrivateIpAddresses')[0]?.text('PrivateIpAddress'),
    groups: params.texts('SecurityGroupId'),
    description: params.text('Description') ?? '',
    tags: tagsAtCreation(params, 'network-interface'),
  });
  return { networkInterface: listing(world).render(eni), clientToken: params.text('ClientToken') };
}

function remove(params: Params, world: Ec2World): XmlElement {
  const eni = findInterface(world, params.required('NetworkInterfaceId'));
  if (eni.attachment !== undefined) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Network interface '${eni.id}' is currently in use, by ${eni.attachment.instanceId}.`,
    );
  }
  dropInterface(world, eni);
  return DONE;
}

/** Also lets go of its Elastic IP, which stays allocated. */
export function dropInterface(world: Ec2World, eni: NetworkInterface): void {
  for (const address of world.addresses) {
    if (address.association?.interfaceId === eni.id) address.association = undefined;
  }
  world.interfaces.delete(eni.id);
}

export function groupSet(world: Ec2World, groups: readonly string[]): readonly XmlElement[] {
  return groups.map((groupId) => ({ groupId, groupName: world.groups.get(groupId)?.name }));
}

export function privateName(world: Ec2World, privateIp: string): string {
  const domain = world.context.region === 'us-east-1' ? 'ec2' : `${world.context.region}.compute`;
  return `ip-${privateIp.replaceAll('.', '-')}.${domain}.internal`;
}

export function interfaceAssociation(world: Ec2World, eni: NetworkInterface): XmlElement | undefined {
  const address = world.addresses.find(({ association }) => association?.interfaceId === eni.id);
  if (address !== undefined) {
    return {
      publicIp: address.publicIp,
      allocationId: address.id,
      associationId: address.association?.id,
      ipOwnerId: world.context.account,
    };
  }
  return eni.publicIp === undefined ? undefined : { publicIp: eni.publicIp, ipOwnerId: 'amazon' };
}

function listing(world: Ec2World): Listing<NetworkInterface> {
  const status = (eni: NetworkInterface) => (eni.attachment === undefined ? 'available' : 'in-use');
  return {
    idParameter: 'NetworkInterfaceId',
    set: 'networkInterfaceSet',
    kind: 'networkInterface',
    notFound: 'InvalidNetworkInterfaceID.NotFound',
    items: world.interfaces,
    fields: {
      'network-interface-id': (eni) => eni.id,
      status,
      'vpc-id': (eni) => eni.vpcId,
      'subnet-id': (eni) => eni.subnetId,
      'availability-zone': (eni) => eni.zone,
      'private-ip-address': (eni) => eni.privateIp,
      'addresses.private-ip-address': (eni) => eni.privateIp,
      'mac-address': (eni) => eni.mac,
      'group-id': (eni) => eni.groups,
      description: (eni) => eni.description,
      'attachment.instance-id': (eni) => eni.attachment?.instanceId,
      'attachment.attachment-id': (eni) => eni.attachment?.id,
      'attachment.status': (eni) => (eni.attachment === undefined ? undefined : 'attached'),
      'association.public-ip': (eni) => publicAddress(world, eni),
      'association.allocation-id': (eni) =>
        world.addresses.find(({ association }) => association?.interfaceId === eni.id)?.id,
    },
    render: (eni) => ({
      networkInterfaceId: eni.id,
      subnetId: eni.subnetId,
      vpcId: eni.vpcId,
      availabilityZone: eni.zone,
      availabilityZoneId: zoneId(world, eni.zone),
      description: eni.description,
      ownerId: world.context.account,
      requesterManaged: false,
      status: status(eni),
      macAddress: eni.mac,
      privateIpAddress: eni.privateIp,
      privateDnsName: privateName(world, eni.privateIp),
      sourceDestCheck: true,
      interfaceType: 'interface',
      groupSet: groupSet(world, eni.groups),
      attachment: eni.attachment && {
        attachmentId: eni.attachment.id,
        instanceId: eni.attachment.instanceId,
        instanceOwnerId: world.context.account,
        deviceIndex: eni.attachment.deviceIndex,
        networkCardIndex: 0,
        status: 'attached',
        attachTime: timestamp(eni.attachment.at),
        deleteOnTermination: eni.attachment.deleteOnTermination,
      },
      association: interfaceAssociation(world, eni),
      privateIpAddressesSet: [
        { privateIpAddress: eni.privateIp, primary: true, association: interfaceAssociation(world, eni) },
      ],
      tagSet: tagSet(eni.tags),
    }),
  };
}

export const interfaceActions: Ec2Actions = {
  CreateNetworkInterface: {
    takes: ['SubnetId', 'PrivateIpAddress', 'PrivateIpAddresses', 'SecurityGroupId', 'Description', 'TagSpecification'],
    run: create,
  },
  DescribeNetworkInterfaces: {
    takes: ['NetworkInterfaceId', ...LISTING],
    run: (params, world) => describe(params, listing(world)),
  },
  DeleteNetworkInterface: { takes: ['NetworkInterfaceId'], run: remove },
};
