import {
  type EC2Client,
  type Instance,
  paginateDescribeInstances,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { isBusyResource, isNotFound, isThrottle, isTransient } from '../aws/errors.ts';
import { TAG } from '../names.ts';

export interface ClusterInstance {
  readonly id: string;
  readonly state: string;
}

/** EC2 takes up to a thousand; small requests fail less often for one bad id. */
const IDS_PER_CALL = 50;

/** Every instance with the cluster's tag, those of the last hour that are gone among them. @throws AWS's errors: an error is no "none" */
export async function clusterInstances(ec2: EC2Client, cluster: string): Promise<readonly ClusterInstance[]> {
  const instances: ClusterInstance[] = [];
  const pages = paginateDescribeInstances(
    { client: ec2 },
    { Filters: [{ Name: `tag:${TAG.cluster}`, Values: [cluster] }] },
  );
  for await (const page of pages) {
    for (const instance of page.Reservations?.flatMap((reservation) => reservation.Instances ?? []) ?? []) {
      const id = instance.InstanceId;
      // The filter may have wildcards in it that we do not know of: what goes to termination is looked at by itself.
      if (id !== undefined && isOwn(instance, cluster))
        instances.push({ id, state: instance.State?.Name ?? 'unknown' });
    }
  }
  return instances;
}

/** Those that are not terminated yet. */
export function living(instances: readonly ClusterInstance[]): readonly ClusterInstance[] {
  return instances.filter(({ state }) => state !== 'terminated');
}

function isOwn(instance: Instance, cluster: string): boolean {
  return instance.Tags?.some(({ Key, Value }) => Key === TAG.cluster && Value === cluster) ?? false;
}

/** Asks for their end. One that is gone already, or that EC2 can't end just now, is looked at again later. */
export async function terminate(ec2: EC2Client, instances: readonly ClusterInstance[]): Promise<void> {
  const ids = instances.filter(({ state }) => state !== 'shutting-down').map(({ id }) => id);
  for (let from = 0; from < ids.length; from += IDS_PER_CALL) {
    try {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids.slice(from, from + IDS_PER_CALL) }));
    } catch (error) {
      if (!isNotFound(error) && !isBusyResource(error) && !isThrottle(error) && !isTransient(error)) throw error;
    }
  }
}
