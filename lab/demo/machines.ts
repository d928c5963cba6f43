import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { TAG } from '../../lib/names.ts';

/** An instance as EC2 shows it. */
export interface SeenMachine {
  readonly id: string;
  readonly state: string;
  readonly group: string;
  readonly address: string;
  /** When it was launched, milliseconds since the epoch. */
  readonly launchedAt: number;
  /** Volumes attached to it that outlive it, sorted: the state, not the root disk. */
  readonly volumes: readonly string[];
}

/** The cluster's instances, read from EC2 as anybody could. */
export class Machines {
  readonly #ec2: EC2Client;
  readonly #cluster: string;

  constructor(ec2: EC2Client, cluster: string) {
    this.#ec2 = ec2;
    this.#cluster = cluster;
  }

  async all(): Promise<readonly SeenMachine[]> {
    const { Reservations = [] } = await this.#ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: `tag:${TAG.cluster}`, Values: [this.#cluster] }] }),
    );
    return Reservations.flatMap(({ Instances = [] }) => Instances).map(seen);
  }

  async running(group: string): Promise<readonly SeenMachine[]> {
    return (await this.all()).filter((machine) => machine.state === 'running' && machine.group === group);
  }
}

function seen(instance: Instance): SeenMachine {
  const { InstanceId = '', State, Tags = [], PrivateIpAddress = '', LaunchTime, BlockDeviceMappings = [] } = instance;
  return {
    id: InstanceId,
    state: State?.Name ?? 'unknown',
    group: Tags.find(({ Key }) => Key === TAG.group)?.Value ?? '',
    address: PrivateIpAddress,
    launchedAt: LaunchTime?.getTime() ?? 0,
    volumes: BlockDeviceMappings.flatMap(({ Ebs }) =>
      Ebs?.DeleteOnTermination === true ? [] : (Ebs?.VolumeId ?? []),
    ).sort(),
  };
}
