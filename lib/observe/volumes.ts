import { type EC2Client, paginateDescribeVolumes, type Volume } from '@aws-sdk/client-ec2';
import { TAG } from '../names.ts';
import { clusterFilter, oneOf, reading, required, tagOf } from './narrow.ts';
import type { VolumeMark, VolumeSeen } from './observation.ts';

const CALL = 'DescribeVolumes';
const STATES: readonly VolumeSeen['state'][] = ['creating', 'available', 'in-use', 'deleting', 'deleted', 'error'];

/**
 * Every volume with the cluster's tag. Root volumes are among them: they carry no logical ID.
 * @throws ObservationError
 */
export function readVolumes(ec2: EC2Client, cluster: string): Promise<VolumeSeen[]> {
  return reading(CALL, async () => {
    const volumes: VolumeSeen[] = [];
    const pages = paginateDescribeVolumes({ client: ec2, pageSize: 500 }, { Filters: clusterFilter(cluster) });
    for await (const page of pages) {
      for (const volume of page.Volumes ?? []) volumes.push(volumeSeen(volume));
    }
    return volumes;
  });
}

function volumeSeen(volume: Volume): VolumeSeen {
  const id = required(volume.VolumeId, CALL, 'VolumeId', 'a volume');
  const attachment = volume.Attachments?.find(({ State }) => State !== 'detached');
  return {
    id,
    createdAt: volume.CreateTime?.getTime(),
    logicalId: tagOf(volume.Tags, TAG.logicalId),
    zone: required(volume.AvailabilityZone, CALL, 'AvailabilityZone', id),
    state: oneOf(volume.State, STATES, CALL, id),
    attachedTo: attachment?.InstanceId,
    attachment: attachment?.State,
    ...(volume.Encrypted !== undefined && { encrypted: volume.Encrypted }),
    mark: markOf(tagOf(volume.Tags, TAG.mark)),
  };
}

/** A mark that this version does not know was made for a reason: such a volume is not given to anybody either. */
function markOf(tag: string | undefined): VolumeMark | undefined {
  return tag === undefined || tag === 'retired' ? tag : 'stale';
}
