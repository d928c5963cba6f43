import type { MachineMetadata } from '../../machines/host.ts';
import type { ManagedInstance } from '../ssm/store.ts';
import type { Instance } from './model.ts';
import type { Ec2World } from './world.ts';

/** Instances as the region's other parts see them: those that have a machine or will have one. */

function alive(instance: Instance | undefined): instance is Instance {
  return instance !== undefined && instance.state !== 'terminated';
}

/** The instance that holds this private address, whose machine therefore speaks from it. */
export function instanceAt(world: Ec2World, privateIp: string): string | undefined {
  const holder = world.interfaces.find((eni) => eni.privateIp === privateIp && eni.attachment !== undefined);
  return holder?.attachment?.instanceId;
}

export function managedInstance(world: Ec2World, instanceId: string): ManagedInstance | undefined {
  const instance = world.instances.get(instanceId);
  if (!alive(instance) || instance.state === 'shutting-down') return undefined;
  return { instanceId, privateIp: instance.privateIp, role: roleOf(world, instance), tags: instance.tags };
}

export function metadataOf(world: Ec2World, instanceId: string): MachineMetadata | undefined {
  const instance = world.instances.get(instanceId);
  if (!alive(instance)) return undefined;
  return {
    instanceId,
    privateIp: instance.privateIp,
    macAddress: instance.mac,
    zone: instance.zone,
    region: world.context.region,
    imageId: instance.imageId,
    instanceType: instance.type,
    userData: Buffer.from(instance.userData, 'base64').toString('utf8'),
    tags: Object.fromEntries(instance.tags),
    role: roleOf(world, instance),
  };
}

/** With no IAM linked, a profile and its role are taken to have one name. */
export function roleOf(world: Ec2World, { profile }: Instance): string | undefined {
  if (profile === undefined) return undefined;
  return world.instanceProfiles === undefined ? profile.name : world.instanceProfiles.roleOf(profile.name);
}
