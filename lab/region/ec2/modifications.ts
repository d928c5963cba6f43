import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, type Ec2Actions, existing } from './action.ts';
import { checkGroups } from './interfaces.ts';
import type { Ec2World } from './world.ts';

/**
 * Changes a volume while it is in use. As on AWS, the file system on it stays as large as it is; here the disk behind it
 * does, too.
 */
function modifyVolume(params: Params, world: Ec2World): XmlElement {
  const id = params.required('VolumeId');
  const volume = existing(world.volumes.get(id), 'InvalidVolume.NotFound', 'volume', id);
  const size = params.whole('Size') ?? volume.size;
  if (size < volume.size) {
    const message = `New size cannot be smaller than existing size (${volume.size} GiB): ${size}`;
    throw new ServiceError('InvalidParameterValue', message);
  }
  const before = { originalSize: volume.size, originalVolumeType: volume.type };
  volume.size = size;
  volume.type = params.text('VolumeType') ?? volume.type;
  volume.iops = params.whole('Iops') ?? volume.iops;
  volume.throughput = params.whole('Throughput') ?? volume.throughput;
  return {
    volumeModification: {
      volumeId: volume.id,
      modificationState: 'completed',
      progress: 100,
      ...before,
      targetSize: volume.size,
      targetVolumeType: volume.type,
    },
  };
}

function modifyInterface(params: Params, world: Ec2World): XmlElement {
  const id = params.required('NetworkInterfaceId');
  const found = existing(world.interfaces.get(id), 'InvalidNetworkInterfaceID.NotFound', 'networkInterface', id);
  const subnet = existing(world.subnets.get(found.subnetId), 'InvalidSubnetID.NotFound', 'subnet', found.subnetId);
  const groups = params.texts('SecurityGroupId');
  if (groups.length > 0) found.groups = checkGroups(world, subnet, groups);
  found.description = params.struct('Description')?.text('Value') ?? found.description;
  return DONE;
}

export const modificationActions: Ec2Actions = {
  ModifyVolume: { takes: ['VolumeId', 'Size', 'VolumeType', 'Iops', 'Throughput'], run: modifyVolume },
  ModifyNetworkInterfaceAttribute: {
    takes: ['NetworkInterfaceId', 'SecurityGroupId', 'Description'],
    run: modifyInterface,
  },
};
