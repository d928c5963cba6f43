import { Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { NetworkSpec } from '../spec/spec.ts';

export interface SwarmNetworkProps {
  readonly network: NetworkSpec;
  /**
   * Names of the availability zones, one for each that the spec declares, e.g. to keep clear of a zone that
   * doesn't offer an instance type.
   *
   * @default the first ones of the Region, chosen by CloudFormation at deployment
   */
  readonly availabilityZones?: readonly string[];
}

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

/**
 * A VPC with one public subnet in each zone and no NAT: subnet i is the i-th block of `subnetMask` in the VPC's range
 * (`subnetBlocks` of the spec says the same; a test holds the two together).
 *
 * New interfaces get a public address from their subnet, so a launch of cattle needs only a subnet id. It can't be
 * said in the launch template: a request with an instance-level subnet is refused when its template has network
 * interfaces (InvalidParameterCombination, hashicorp/terraform-provider-aws#33536).
 *
 * The VPC's default security group is left as AWS makes it: nothing of the cluster is in it, and emptying it would
 * take one more Lambda function with a role that may change security groups.
 */
export class SwarmNetwork extends Construct {
  readonly vpc: ec2.Vpc;
  /** In the order of the zones. */
  readonly subnets: readonly ec2.ISubnet[];
  /** Every machine is in it; Swarm's gossip and overlay traffic flow between its members only. */
  readonly members: ec2.SecurityGroup;
  /** Managers are in it besides; members reach the Raft and cluster API of its machines. */
  readonly managers: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: SwarmNetworkProps) {
    super(scope, id);
    const { cidr, zones, subnetMask } = props.network;
    if (props.availabilityZones !== undefined && props.availabilityZones.length !== zones) {
      throw new ZoneCountError(zones, props.availabilityZones);
    }

    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(cidr),
      // Named by position: without a fixed environment the CDK would take two zones only.
      availabilityZones: props.availabilityZones === undefined ? firstZones(this, zones) : [...props.availabilityZones],
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: subnetMask, mapPublicIpOnLaunch: true },
      ],
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
    });
    this.subnets = this.vpc.publicSubnets;

    this.members = new ec2.SecurityGroup(this, 'Members', {
      vpc: this.vpc,
      description: 'Machines of the Swarm, between each other',
      // Packages, images, the Systems Manager endpoints and what the workloads call: all of it is outbound.
      allowAllOutbound: true,
    });
    this.managers = new ec2.SecurityGroup(this, 'Managers', {
      vpc: this.vpc,
      description: 'Managers of the Swarm, reached by its members',
      allowAllOutbound: true,
    });
    openSwarmPorts(this.members, this.managers);
  }
}

function firstZones(scope: Construct, count: number): string[] {
  const zones = Fn.getAzs(Stack.of(scope).region);
  return Array.from({ length: count }, (_, index) => Fn.select(index, zones));
}

/**
 * Swarm's own ports, between members only. IP protocol 50 is not among them: overlay networks made with
 * `--opt encrypted` need it added (https://docs.docker.com/engine/swarm/swarm-tutorial/, "Open protocols and ports").
 */
function openSwarmPorts(members: ec2.SecurityGroup, managers: ec2.SecurityGroup): void {
  managers.addIngressRule(members, ec2.Port.tcp(2377), 'Cluster API and Raft');
  members.addIngressRule(members, ec2.Port.tcp(7946), 'Gossip between nodes');
  members.addIngressRule(members, ec2.Port.udp(7946), 'Gossip between nodes');
  members.addIngressRule(members, ec2.Port.udp(4789), 'Overlay networks (VXLAN)');
}
