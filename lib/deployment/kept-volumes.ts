import { type EC2Client, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import { TAG } from '../names.ts';
import type { AdoptedVolumes } from '../spec/adoption.ts';

/**
 * Volumes of the cluster that no stack deletes: those that were adopted, and those that the controller made in place of
 * lost ones. Sorted by id.
 * @throws AWS's errors
 */
export async function keptVolumes(
  ec2: EC2Client,
  cluster: string,
  adopted: AdoptedVolumes,
): Promise<readonly string[]> {
  const brought = new Set(Object.values(adopted));
  const kept: string[] = [];
  const Filters = [{ Name: `tag:${TAG.cluster}`, Values: [cluster] }];
  for await (const { Volumes = [] } of paginateDescribeVolumes({ client: ec2 }, { Filters })) {
    for (const { VolumeId: id, Tags = [] } of Volumes) {
      const isOwn = Tags.some(({ Key, Value }) => Key === TAG.cluster && Value === cluster);
      const isMade = Tags.some(({ Key }) => Key === TAG.madeBy);
      if (id !== undefined && isOwn && (isMade || brought.has(id))) kept.push(id);
    }
  }
  return kept.sort();
}
