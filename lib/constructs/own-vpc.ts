import { Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { NetworkSpec } from '../spec/spec.ts';
import { acknowledge } from './acknowledge.ts';

/** The number of zone names given is not the number of zones declared. */
export class ZoneCountError extends Error {
  readonly code = 'ZoneCount';
  constructor(declared: number, given: readonly string[]) {
    super(
      `availabilityZones names ${given.length} (${given.join(', ')}), but the spec declares network.zones: ${declared}. Name exactly ${declared}, or none to take the Region's first.`,
    );
    this.name = 'ZoneCountError';
  }
}

export interface OwnVpcProps {
  readonly network: NetworkSpec;
  readonly availabilityZones: readonly string[] | undefined;
  /** Without a route out of the VPC. */
  readonly isolated: boolean;
}

/**
 * A VPC with one subnet in each zone and no NAT: subnet i is the i-th block of `subnetMask` in the VPC's range
 * (`subnetBlocks` of the spec says the same; a test holds the two together).
 *
 * New interfaces in public subnets get a public address from their subnet, so a launch of cattle needs only a subnet id. It
 * can't be said in the launch template: a request with an instance-level subnet is refused when its template has network
 * interfaces (InvalidParameterCombination, hashicorp/terraform-provider-aws#33536).
 *
 * The VPC's default security group is left as AWS makes it: nothing of the cluster is in it, and emptying it would
 * take one more Lambda function with a role that may change security groups.
 *
 * @throws ZoneCountError
 */
export function ownVpc(scope: Construct, props: OwnVpcProps): ec2.Vpc {
  const { cidr, zones, subnetMask } = props.network;
  if (props.availabilityZones !== undefined && props.availabilityZones.length !== zones) {
    throw new ZoneCountError(zones, props.availabilityZones);
  }
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr(cidr),
    // Named by position: without a fixed environment the CDK would take two zones only.
    availabilityZones: props.availabilityZones === undefined ? firstZones(scope, zones) : [...props.availabilityZones],
    subnetConfiguration: [
      props.isolated
        ? { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: subnetMask }
        : { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: subnetMask, mapPublicIpOnLaunch: true },
    ],
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
  });
  acknowledge(
    vpc,
    'AwsSolutions-VPC7',
    'Flow logs are paid by the gigabyte and say who talked to whom in the workloads: whether to keep them, where and how long is for the owner to decide, by swarm.vpc.addFlowLog().',
  );
  return vpc;
}

function firstZones(scope: Construct, count: number): string[] {
  const zones = Fn.getAzs(Stack.of(scope).region);
  return Array.from({ length: count }, (_, index) => Fn.select(index, zones));
}
