import { createHash } from 'node:crypto';
import type { GroupSpec, PinnedImage } from './spec.ts';

/**
 * Raise it when the boot script changes in a way that running machines must follow: all of them are then replaced.
 * 2: engines say which settings they run with, and keep over a reboot what they were given in place; machines booted
 * before do neither.
 */
export const BOOT_REVISION = 2;

/**
 * 12 hex digits of everything whose change needs a new machine. The number of machines, the zones, a pet's volume and
 * how the group is rolled are not in it: they change without; nor are its labels, which are changed in place
 * (`settings-hash.ts`). The order of keys does not matter; that of init commands does.
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
    initCommands: group.initCommands,
    rootVolume: group.allocation.kind === 'size' ? [group.volume.sizeGiB, group.volume.type] : 'from the image',
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}
