import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, type Ec2Actions, LISTING, timestamp } from './action.ts';
import { describe, type Listing } from './listing.ts';
import type { Tags, Volume } from './model.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import { attachmentSet, findVolume, forget } from './volume-attachment.ts';
import { type Ec2World, pause } from './world.ts';
import { checkZone, zoneId } from './zones.ts';

export const VOLUME_TYPES = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

export interface VolumeWish {
  readonly size: number;
  readonly type: string;
  readonly zone: string;
  readonly encrypted: boolean;
  /** ARN of its key; `undefined`: not encrypted. */
  readonly kmsKeyId: string | undefined;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
  readonly backing: Volume['backing'];
  readonly tags: Tags;
}

/** A disk of its own is made in the background: `creating`, then `available`. */
export function addVolume(world: Ec2World, wish: VolumeWish): Volume {
  const own = wish.backing === 'fleet';
  const volume = world.volumes.add({
    id: resourceId(world.context.random, 'vol'),
    ...wish,
    iops: wish.iops ?? (wish.type === 'gp3' ? 3000 : undefined),
    throughput: wish.throughput ?? (wish.type === 'gp3' ? 125 : undefined),
    snapshotId: undefined,
    createdAt: world.context.clock.now(),
    state: own ? 'creating' : 'available',
    attachment: undefined,
    inMachine: false,
  });
  if (own) {
    const making = make(world, volume).finally(() => world.volumesInTheMaking.delete(volume.id));
    world.volumesInTheMaking.set(volume.id, making);
    world.background.run(`create ${volume.id}`, making);
  }
  return volume;
}

async function make(world: Ec2World, volume: Volume): Promise<void> {
  await pause(world, world.settings.createVolumeMilliseconds);
  try {
    await world.fleet.createVolume(volume.id, volume.size);
  } catch (error) {
    volume.state = 'error';
    throw error;
  }
  if (volume.state === 'creating') volume.state = 'available';
}

function create(params: Params, world: Ec2World): XmlElement {
  const size = params.whole('Size');
  if (size === undefined) throw new ServiceError('MissingParameter', 'The request must contain the parameter size');
  if (size < 1 || size > 16_384) throw params.invalid('Size', String(size), '1 to 16384 GiB');
  const volume = addVolume(world, {
    size,
    type: params.oneOf('VolumeType', VOLUME_TYPES) ?? 'gp2',
    zone: checkZone(world, params.required('AvailabilityZone')),
    ...encryption(params, world),
    iops: params.whole('Iops'),
    throughput: params.whole('Throughput'),
    backing: 'fleet',
    tags: tagsAtCreation(params, 'volume'),
  });
  return renderVolume(world, volume);
}

/** Without a key of its own an encrypted volume has the account's. Source: EC2 API Reference, CreateVolume, `KmsKeyId`. */
function encryption(params: Params, world: Ec2World): Pick<VolumeWish, 'encrypted' | 'kmsKeyId'> {
  const encrypted = params.flag('Encrypted') ?? false;
  const key = params.text('KmsKeyId');
  if (key !== undefined && !encrypted) {
    throw new ServiceError(
      'InvalidParameterDependency',
      `The parameter KmsKeyId (${key}) requires the parameter Encrypted to be true.`,
    );
  }
  return { encrypted, kmsKeyId: encrypted ? keyArn(world, key ?? 'alias/aws/ebs') : undefined };
}

/** A key is named by its ARN, its id, or an alias. */
export function keyArn({ context }: Ec2World, key: string): string {
  if (key.startsWith('arn:')) return key;
  return `arn:aws:kms:${context.region}:${context.account}:${key.startsWith('alias/') ? key : `key/${key}`}`;
}

function remove(params: Params, world: Ec2World): XmlElement {
  const volume = findVolume(world, params.required('VolumeId'));
  if (volume.attachment !== undefined) {
    throw new ServiceError(
      'VolumeInUse',
      `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`,
    );
  }
  if (volume.state === 'creating' || volume.state === 'deleting') {
    throw new ServiceError('IncorrectState', `Volume ${volume.id} is not 'available' but '${volume.state}'.`);
  }
  dropVolume(world, volume);
  return DONE;
}

export function dropVolume(world: Ec2World, volume: Volume): void {
  forget(world, volume);
  if (volume.backing === 'machine') {
    world.volumes.delete(volume.id);
    return;
  }
  volume.state = 'deleting';
  world.background.run(`delete ${volume.id}`, erase(world, volume));
}

async function erase(world: Ec2World, volume: Volume): Promise<void> {
  await world.fleet.deleteVolume(volume.id);
  world.volumes.delete(volume.id);
}

function renderVolume(world: Ec2World, volume: Volume): XmlElement {
  return {
    volumeId: volume.id,
    ownerId: world.context.account,
    size: volume.size,
    snapshotId: volume.snapshotId ?? '',
    availabilityZone: volume.zone,
    availabilityZoneId: zoneId(world, volume.zone),
    status: volume.state,
    createTime: timestamp(volume.createdAt),
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    multiAttachEnabled: false,
    attachmentSet: volume.attachment === undefined ? [] : [attachmentSet(volume, volume.attachment)],
    tagSet: tagSet(volume.tags),
  };
}

function listing(world: Ec2World): Listing<Volume> {
  return {
    idParameter: 'VolumeId',
    set: 'volumeSet',
    kind: 'volume',
    notFound: 'InvalidVolume.NotFound',
    items: world.volumes,
    fields: {
      'volume-id': (volume) => volume.id,
      status: (volume) => volume.state,
      'availability-zone': (volume) => volume.zone,
      size: (volume) => String(volume.size),
      'volume-type': (volume) => volume.type,
      encrypted: (volume) => String(volume.encrypted),
      'attachment.instance-id': (volume) => volume.attachment?.instanceId,
      'attachment.device': (volume) => volume.attachment?.device,
      'attachment.status': (volume) => volume.attachment?.status,
      'attachment.delete-on-termination': (volume) =>
        volume.attachment && String(volume.attachment.deleteOnTermination),
    },
    render: (volume) => renderVolume(world, volume),
  };
}

export const volumeActions: Ec2Actions = {
  CreateVolume: {
    takes: [
      'AvailabilityZone',
      'Size',
      'VolumeType',
      'Encrypted',
      'KmsKeyId',
      'Iops',
      'Throughput',
      'TagSpecification',
    ],
    run: create,
  },
  DescribeVolumes: { takes: ['VolumeId', ...LISTING], run: (params, world) => describe(params, listing(world)) },
  DeleteVolume: { takes: ['VolumeId'], run: remove },
};
