import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { type Ec2Actions, existing, timestamp } from './action.ts';
import { queueWork } from './machine-work.ts';
import type { Instance, Volume, VolumeAttachment } from './model.ts';
import { type Ec2World, pause, remembered } from './world.ts';

/*
 * A volume is held by one instance at most: from the moment AttachVolume answers until the machine has let it go.
 * Machines are given their volumes while they run. A stopped machine keeps the hold in EC2's books, but its disk is
 * taken out, and put in again after the next start.
 */

export function findVolume(world: Ec2World, id: string): Volume {
  if (!/^vol-[0-9a-f]{8,17}$/.test(id)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${id}) for parameter volumeId is invalid. Expected: 'vol-...'.`,
    );
  }
  return existing(world.volumes.get(id), 'InvalidVolume.NotFound', 'volume', id);
}

function attach(params: Params, world: Ec2World): XmlElement {
  const volume = findVolume(world, params.required('VolumeId'));
  const id = params.required('InstanceId');
  const found = world.instances.get(id);
  const instance = existing(
    found !== undefined && remembered(world, found) ? found : undefined,
    'InvalidInstanceID.NotFound',
    'instance',
    id,
  );
  const device = params.required('Device');
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new ServiceError(
      'IncorrectState',
      `Instance '${id}' is not 'running' or 'stopped' but '${instance.state}'; wait for that before attaching a volume.`,
    );
  }
  if (volume.attachment !== undefined) {
    throw new ServiceError(
      'VolumeInUse',
      `${volume.id} is already attached to an instance: ${volume.attachment.instanceId}`,
    );
  }
  if (volume.state !== 'available') {
    throw new ServiceError('IncorrectState', `${volume.id} is not 'available' but '${volume.state}'.`);
  }
  if (volume.zone !== instance.zone) {
    throw new ServiceError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is in ${volume.zone}, not in the same availability zone as instance '${id}', ${instance.zone}`,
    );
  }
  if (attachedTo(world, id).some(({ attachment }) => attachment?.device === device)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use on ${id}`,
    );
  }
  const attachment = hold(world, volume, { instanceId: id, device, deleteOnTermination: false });
  give(world, instance, volume, attachment);
  return attachmentSet(volume, attachment);
}

/** Writes into the books that the instance holds the volume. */
export function hold(
  world: Ec2World,
  volume: Volume,
  wish: Pick<VolumeAttachment, 'instanceId' | 'device' | 'deleteOnTermination'>,
): VolumeAttachment {
  const attachment: VolumeAttachment = { ...wish, at: world.context.clock.now(), status: 'attaching' };
  volume.attachment = attachment;
  volume.state = 'in-use';
  const held = world.held.get(wish.instanceId) ?? new Set();
  world.held.set(wish.instanceId, held.add(volume));
  return attachment;
}

/** Puts the disk in, once everything asked of the machine before is done. */
export function give(world: Ec2World, instance: Instance, volume: Volume, attachment: VolumeAttachment): void {
  queueWork(world, instance.id, `attach ${volume.id} to`, async () => {
    await pause(world, world.settings.attachMilliseconds);
    await world.volumesInTheMaking.get(volume.id);
    if (volume.attachment !== attachment || attachment.status !== 'attaching') return;
    if (instance.machine === 'on') await putIn(world, instance, volume, attachment);
    attachment.status = 'attached';
  });
}

async function putIn(world: Ec2World, instance: Instance, volume: Volume, attachment: VolumeAttachment): Promise<void> {
  try {
    await world.fleet.attach(instance.id, volume.id);
    volume.inMachine = true;
  } catch (error) {
    if (volume.attachment === attachment) letGo(world, volume);
    throw error;
  }
}

function detach(params: Params, world: Ec2World): XmlElement {
  const volume = findVolume(world, params.required('VolumeId'));
  const attachment = volume.attachment;
  const named = params.text('InstanceId');
  if (attachment === undefined || attachment.status === 'detaching') {
    throw new ServiceError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state, not attached.`);
  }
  if (named !== undefined && named !== attachment.instanceId) {
    throw new ServiceError(
      'InvalidAttachment.NotFound',
      `Volume '${volume.id}' is not attached to ${named} but to ${attachment.instanceId}.`,
    );
  }
  if (volume.backing === 'machine') {
    throw new ServiceError(
      'OperationNotPermitted',
      `Unable to detach root volume '${volume.id}' from instance '${attachment.instanceId}': in the lab it lives and dies with its machine`,
    );
  }
  attachment.status = 'detaching';
  queueWork(world, attachment.instanceId, `detach ${volume.id} from`, async () => {
    await pause(world, world.settings.attachMilliseconds);
    if (volume.attachment !== attachment) return;
    await takeOutOne(world, attachment.instanceId, volume);
    letGo(world, volume);
  });
  return attachmentSet(volume, attachment);
}

export function letGo(world: Ec2World, volume: Volume): void {
  forget(world, volume);
  volume.state = 'available';
}

/** Strikes the hold out of the books. */
export function forget(world: Ec2World, volume: Volume): void {
  const instanceId = volume.attachment?.instanceId ?? '';
  const held = world.held.get(instanceId);
  held?.delete(volume);
  if (held?.size === 0) world.held.delete(instanceId);
  volume.attachment = undefined;
}

export function attachedTo(world: Ec2World, instanceId: string): readonly Volume[] {
  return [...(world.held.get(instanceId) ?? [])];
}

/** Takes all disks of their own out of a machine; the books stay as they are. */
export async function takeOut(world: Ec2World, instanceId: string): Promise<void> {
  for (const volume of attachedTo(world, instanceId)) await takeOutOne(world, instanceId, volume);
}

async function takeOutOne(world: Ec2World, instanceId: string, volume: Volume): Promise<void> {
  if (!volume.inMachine) return;
  await world.fleet.detach(instanceId, volume.id);
  volume.inMachine = false;
}

/** Puts them back in. */
export async function putBack(world: Ec2World, instanceId: string): Promise<void> {
  for (const volume of attachedTo(world, instanceId)) {
    if (volume.backing === 'fleet' && volume.attachment?.status === 'attached') {
      await world.fleet.attach(instanceId, volume.id);
      volume.inMachine = true;
    }
  }
}

export function attachmentSet(volume: Volume, attachment: VolumeAttachment): XmlElement {
  return {
    volumeId: volume.id,
    instanceId: attachment.instanceId,
    device: attachment.device,
    status: attachment.status,
    attachTime: timestamp(attachment.at),
    deleteOnTermination: attachment.deleteOnTermination,
  };
}

export const volumeAttachmentActions: Ec2Actions = {
  AttachVolume: { takes: ['VolumeId', 'InstanceId', 'Device'], run: attach },
  DetachVolume: { takes: ['VolumeId', 'InstanceId', 'Device', 'Force'], run: detach },
};
