import { DescribeLaunchTemplatesCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../../../lib/names.ts';
import type { Deployment } from '../../../lib/spec/spec.ts';
import type { DeployedWorld } from './deployed-world.ts';

/** What a stack tells its custom resource of where the cluster is to run, read back from what is there. */
export async function deploymentOf({ administrator }: DeployedWorld, cluster: string): Promise<Deployment> {
  const Filters = [{ Name: `tag:${TAG.cluster}`, Values: [cluster] }];
  const { LaunchTemplates = [] } = await administrator.ec2.send(new DescribeLaunchTemplatesCommand({ Filters }));
  const { Subnets = [] } = await administrator.ec2.send(new DescribeSubnetsCommand({ Filters }));
  const launchTemplates = LaunchTemplates.map(({ LaunchTemplateId = '', LatestVersionNumber, Tags }) => [
    Tags?.find(({ Key }) => Key === TAG.group)?.Value ?? '',
    { id: LaunchTemplateId, version: String(LatestVersionNumber) },
  ]);
  const subnets = Subnets.map(({ SubnetId = '', AvailabilityZone = '', CidrBlock = '' }) => ({
    id: SubnetId,
    zone: AvailabilityZone,
    cidr: CidrBlock,
  }));
  return {
    launchTemplates: Object.fromEntries(launchTemplates),
    subnets: subnets.toSorted((a, b) => (a.cidr < b.cidr ? -1 : 1)),
  };
}
