import type { InterfaceSeen, VolumeSeen } from '../observe/observation.ts';
import { compareText, type PlanInput } from './world.ts';

/** What belongs to a logical ID: its interface, and its volume if there is one. */
export interface Attachment {
  readonly networkInterface: InterfaceSeen;
  readonly volume: VolumeSeen | undefined;
  /** Its former volume is there, but holds state that must never come back. */
  readonly stale: boolean;
}

/** The interface and the volume of a logical ID, or why they can't be used. */
export function attachmentOf(input: PlanInput, logicalId: string): Attachment | string {
  const interfaces = input.observation.interfaces.filter((one) => one.logicalId === logicalId);
  const volumes = input.observation.volumes.filter(
    (one) => one.logicalId === logicalId && one.state !== 'deleting' && one.state !== 'deleted',
  );
  const unmarked = volumes.filter(({ mark }) => mark === undefined);
  // A disk that was kept when its logical ID was taken out comes back with it, where there is no newer one.
  const usable = unmarked.length > 0 ? unmarked : newest(volumes.filter(({ mark }) => mark === 'retired'));
  const [networkInterface, ...otherInterfaces] = interfaces;
  const [volume, ...otherVolumes] = usable;
  if (networkInterface === undefined)
    return 'its network interface is not there: see that it carries its tags; if it was deleted, declare another address instead';
  if (otherInterfaces.length > 0)
    return `several interfaces carry this logical ID: ${ids(interfaces)}; remove the tag from the wrong ones`;
  if (networkInterface.privateIp !== logicalId) {
    return `interface ${networkInterface.id} has the address ${networkInterface.privateIp} instead; its tag is wrong`;
  }
  if (otherVolumes.length > 0)
    return `several volumes carry this logical ID: ${ids(usable)}; remove the tag from the wrong ones`;
  if (volume?.state === 'error') return `volume ${volume.id} is in the state error`;
  if (volume !== undefined && volume.zone !== networkInterface.zone) {
    return `volume ${volume.id} is in ${volume.zone}, interface ${networkInterface.id} in ${networkInterface.zone}`;
  }
  return { networkInterface, volume, stale: volumes.some(({ mark }) => mark === 'stale') };
}

/** One that was taken out and in again leaves several; whichever comes back, what it holds is of a node that was removed. */
function newest(volumes: readonly VolumeSeen[]): readonly VolumeSeen[] {
  const latest = Math.max(...volumes.map(({ createdAt = 0 }) => createdAt));
  return volumes.filter(({ createdAt = 0 }) => createdAt === latest);
}

function ids(things: readonly { readonly id: string }[]): string {
  return things
    .map((thing) => thing.id)
    .sort(compareText)
    .join(', ');
}
