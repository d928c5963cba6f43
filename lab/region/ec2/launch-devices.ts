import { ServiceError } from '../protocol/service-error.ts';
import type { BlockDeviceSpec, LaunchSpec } from './launch-spec.ts';
import type { Image, Instance } from './model.ts';
import { give, hold } from './volume-attachment.ts';
import { addVolume, keyArn, type VolumeWish } from './volumes.ts';
import type { Ec2World } from './world.ts';

interface DevicePlan {
  readonly device: string;
  readonly volume: VolumeWish;
  readonly deleteOnTermination: boolean;
}

/** The image's root disk with what the launch says of it, and further volumes. @throws ServiceError; makes nothing */
export function planDevices(world: Ec2World, spec: LaunchSpec, image: Image, zone: string): readonly DevicePlan[] {
  const root = spec.blockDevices.find(({ device }) => device === image.rootDevice);
  if (root?.size !== undefined && root.size < image.rootSize) {
    throw new ServiceError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${root.size}GB is smaller than snapshot of the image ${image.id}, expect size>= ${image.rootSize}GB`,
    );
  }
  if (root?.deleteOnTermination === false) {
    throw new ServiceError(
      'UnsupportedOperation',
      "The lab's root disks live and die with their machines: DeleteOnTermination must be true.",
    );
  }
  const others = spec.blockDevices.filter((device) => device !== root);
  for (const { device, size } of others) {
    if (size === undefined) {
      throw new ServiceError(
        'InvalidBlockDeviceMapping',
        `${device} has no VolumeSize; only the root device of ${image.id}, ${image.rootDevice}, has one of its own.`,
      );
    }
  }
  const tags = spec.tags.get('volume') ?? new Map();
  const rootPlan: DevicePlan = {
    device: image.rootDevice,
    volume: { ...wish(world, root, image.rootSize), zone, backing: 'machine', tags },
    deleteOnTermination: true,
  };
  return [
    rootPlan,
    ...others.map((device) => ({
      device: device.device,
      volume: { ...wish(world, device, image.rootSize), zone, backing: 'fleet' as const, tags },
      deleteOnTermination: device.deleteOnTermination ?? true,
    })),
  ];
}

function wish(world: Ec2World, device: BlockDeviceSpec | undefined, size: number) {
  const encrypted = device?.encrypted ?? false;
  return {
    size: device?.size ?? size,
    type: device?.type ?? 'gp3',
    encrypted,
    kmsKeyId: encrypted ? keyArn(world, device?.kmsKeyId ?? 'alias/aws/ebs') : undefined,
    iops: device?.iops,
    throughput: device?.throughput,
  };
}

/** Makes the volumes and gives them to the instance; disks of their own go in once its machine runs. */
export function putDevices(world: Ec2World, instance: Instance, plans: readonly DevicePlan[]): void {
  for (const { device, volume: wanted, deleteOnTermination } of plans) {
    const volume = addVolume(world, { ...wanted, tags: new Map(wanted.tags) });
    const attachment = hold(world, volume, { instanceId: instance.id, device, deleteOnTermination });
    if (volume.backing === 'machine') attachment.status = 'attached';
    else give(world, instance, volume, attachment);
  }
}
