import type { XmlElement } from '../wire/xml.ts';
import { timestamp } from './action.ts';
import { groupSet, interfaceAssociation, privateName, publicAddress } from './interfaces.ts';
import { type Instance, type NetworkInterface, STATE_CODES } from './model.ts';
import { tagSet } from './tags.ts';
import { attachedTo } from './volume-attachment.ts';
import type { Ec2World } from './world.ts';
import { zoneId } from './zones.ts';

export function stateOf(instance: Instance): XmlElement {
  return { code: STATE_CODES[instance.state], name: instance.state };
}

export function interfaceOf(world: Ec2World, instance: Instance): NetworkInterface | undefined {
  const eni = world.interfaces.get(instance.interfaceId);
  return eni?.attachment?.instanceId === instance.id ? eni : undefined;
}

export function renderReservation(world: Ec2World, instances: readonly Instance[]): XmlElement {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: world.context.account,
    groupSet: [],
    instancesSet: instances.map((instance) => renderInstance(world, instance)),
  };
}

function renderInstance(world: Ec2World, instance: Instance): XmlElement {
  const eni = interfaceOf(world, instance);
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateOf(instance),
    stateReason: instance.stateReason,
    reason: instance.stateReason?.message ?? '',
    privateDnsName: eni === undefined ? '' : privateName(world, eni.privateIp),
    privateIpAddress: eni?.privateIp,
    ipAddress: eni && publicAddress(world, eni),
    keyName: instance.keyName,
    amiLaunchIndex: instance.launchIndex,
    instanceType: instance.type,
    launchTime: timestamp(instance.launchedAt),
    placement: {
      availabilityZone: instance.zone,
      availabilityZoneId: zoneId(world, instance.zone),
      tenancy: 'default',
    },
    monitoring: { state: instance.monitoring ? 'enabled' : 'disabled' },
    subnetId: eni?.subnetId,
    vpcId: eni?.vpcId,
    groupSet: groupSet(world, eni?.groups ?? []),
    architecture: instance.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: instance.rootDevice,
    blockDeviceMapping: attachedTo(world, instance.id).map((volume) => ({
      deviceName: volume.attachment?.device,
      ebs: {
        volumeId: volume.id,
        status: volume.attachment?.status,
        attachTime: timestamp(volume.attachment?.at ?? instance.launchedAt),
        deleteOnTermination: volume.attachment?.deleteOnTermination,
      },
    })),
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    clientToken: instance.clientToken ?? '',
    ebsOptimized: instance.ebsOptimized,
    enaSupport: true,
    sourceDestCheck: true,
    iamInstanceProfile: instance.profile && { arn: instance.profile.arn, id: instance.profile.name },
    metadataOptions: {
      state: 'applied',
      httpTokens: instance.metadataTokens,
      httpPutResponseHopLimit: instance.metadataHopLimit,
      httpEndpoint: 'enabled',
      instanceMetadataTags: instance.metadataTags ? 'enabled' : 'disabled',
    },
    networkInterfaceSet: eni === undefined ? [] : [renderInterface(world, eni)],
    tagSet: tagSet(instance.tags),
  };
}

function renderInterface(world: Ec2World, eni: NetworkInterface): XmlElement {
  return {
    networkInterfaceId: eni.id,
    subnetId: eni.subnetId,
    vpcId: eni.vpcId,
    description: eni.description,
    ownerId: world.context.account,
    status: 'in-use',
    macAddress: eni.mac,
    privateIpAddress: eni.privateIp,
    sourceDestCheck: true,
    interfaceType: 'interface',
    groupSet: groupSet(world, eni.groups),
    association: interfaceAssociation(world, eni),
    attachment: eni.attachment && {
      attachmentId: eni.attachment.id,
      deviceIndex: eni.attachment.deviceIndex,
      networkCardIndex: 0,
      status: 'attached',
      attachTime: timestamp(eni.attachment.at),
      deleteOnTermination: eni.attachment.deleteOnTermination,
    },
    privateIpAddressesSet: [
      { privateIpAddress: eni.privateIp, primary: true, association: interfaceAssociation(world, eni) },
    ],
  };
}
