import { type EC2Client, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { TAG } from '../names.ts';
import { clusterFilter, oneOf, reading, required, tagOf } from './narrow.ts';
import type { InstanceSeen, InstanceState } from './observation.ts';

const CALL = 'DescribeInstances';
const STATES: readonly InstanceState[] = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'];

/**
 * Every instance with the cluster's tag, in all states.
 * @throws ObservationError
 */
export function readInstances(ec2: EC2Client, cluster: string): Promise<InstanceSeen[]> {
  return reading(CALL, async () => {
    const instances: InstanceSeen[] = [];
    const pages = paginateDescribeInstances({ client: ec2, pageSize: 1000 }, { Filters: clusterFilter(cluster) });
    for await (const page of pages) {
      for (const reservation of page.Reservations ?? []) {
        for (const instance of reservation.Instances ?? []) instances.push(instanceSeen(instance));
      }
    }
    return instances;
  });
}

/** A terminated instance has lost its subnet, addresses and volumes, but keeps its tags as long as it is listed. */
function instanceSeen(instance: Instance): InstanceSeen {
  const id = required(instance.InstanceId, CALL, 'InstanceId', 'an instance');
  return {
    id,
    state: oneOf(instance.State?.Name, STATES, CALL, id),
    group: tagOf(instance.Tags, TAG.group),
    logicalId: tagOf(instance.Tags, TAG.logicalId),
    generation: wholeNumber(tagOf(instance.Tags, TAG.generation)),
    configHash: tagOf(instance.Tags, TAG.configHash),
    zone: required(instance.Placement?.AvailabilityZone, CALL, 'Placement.AvailabilityZone', id),
    subnetId: instance.SubnetId,
    privateIp: instance.PrivateIpAddress,
    launchedAt: required(instance.LaunchTime, CALL, 'LaunchTime', id).getTime(),
    volumeIds: (instance.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
