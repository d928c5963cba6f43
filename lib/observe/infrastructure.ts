import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { errorCode, errorMessage, isAwsError } from '../aws/errors.ts';
import { onlineAgents } from '../aws/online-agents.ts';
import type { Clock } from '../clock.ts';
import { readInstances } from './instances.ts';
import { readInterfaces } from './interfaces.ts';
import type { InstanceSeen, Observation, Sighting } from './observation.ts';
import { readVolumes } from './volumes.ts';

/**
 * Reads what EC2 and Systems Manager say of the cluster; the machines themselves are not asked (`probes: undefined`).
 *
 * Four calls for a cluster of up to 50 running machines. EC2's part is all or nothing; the agents' is a Sighting.
 * @throws ObservationError when EC2 can't be read
 */
export async function observeInfrastructure(options: {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly clock: Clock;
  readonly cluster: string;
}): Promise<Observation> {
  const { ec2, ssm, clock, cluster } = options;
  const at = clock.now();
  const reads = readInstances(ec2, cluster).then(async (instances) => ({
    instances,
    agentsOnline: await sightAgents(ssm, instances),
  }));
  const [{ instances, agentsOnline }, interfaces, volumes] = await Promise.all([
    reads,
    readInterfaces(ec2, cluster),
    readVolumes(ec2, cluster),
  ]);
  return { at, instances, interfaces, volumes, agentsOnline, probes: undefined };
}

async function sightAgents(ssm: SSMClient, instances: readonly InstanceSeen[]): Promise<Sighting<ReadonlySet<string>>> {
  const running = instances.filter(({ state }) => state === 'running').map(({ id }) => id);
  try {
    return { seen: true, value: await onlineAgents(ssm, running) };
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return { seen: false, reason: `DescribeInstanceInformation (${errorCode(error)}): ${errorMessage(error)}` };
  }
}
