import { createHash } from 'node:crypto';
import type { GroupSpec, PinnedImage } from './spec.ts';

/** Raise it when the boot script changes in a way that running machines must follow: all of them are then replaced. */
export const BOOT_REVISION = 1;

/**
 * 12 hex digits of everything whose change needs a new machine. The number of machines, the zones and a pet's volume
 * are not in it: they change without. Neither the order of keys nor of labels matters; that of init commands does.
 */
export function configHash(group: GroupSpec, image: PinnedImage, groupName: string): string {
  const facts = {
    bootRevision: BOOT_REVISION,
    groupName,
    flavor: group.flavor,
    instanceType: group.instanceType,
    imageId: image.imageId,
    rootDeviceName: image.rootDeviceName,
    docker: group.ami.docker,
    labels: Object.entries(group.labels).sort(([one], [other]) => (one < other ? -1 : 1)),
    initCommands: group.initCommands,
    rootVolume: group.allocation.kind === 'size' ? [group.volume.sizeGiB, group.volume.type] : 'from the image',
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}
