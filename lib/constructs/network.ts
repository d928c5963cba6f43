import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { subnetBlocks } from '../spec/network.ts';
import type { Deployment, NetworkSpec } from '../spec/spec.ts';
import { declaredSubnets, isPublic } from './existing-subnets.ts';
import { ownVpc } from './own-vpc.ts';
import { ServiceEndpoints } from './service-endpoints.ts';

/** Where the machines run. What the spec can't say, as it belongs to an account and not to the cluster. */
export interface NetworkChoices {
  /**
   * Names of the availability zones, one for each that the spec declares, e.g. to keep clear of a zone that
   * doesn't offer an instance type. Changing them later replaces subnets, interfaces and volumes. Not for an existing
   * `vpc`, whose subnets have their zones.
   *
   * @default the first ones of the Region, chosen by CloudFormation at deployment
   */
  readonly availabilityZones?: readonly string[];
  /**
   * A VPC that is there already. Its subnets are found by their blocks: `network` of the spec names them (subnet i is the
   * i-th block of `subnetMask` in `cidr`), each in a zone of its own. In public ones each logical ID gets an
   * Elastic IP, and the subnets have to give public addresses to new instances; private ones need a way to Systems Manager, by NAT
   * or by endpoints (`endpoints`).
   *
   * @default a VPC of its own, as nothing has to be there or agreed upon first
   */
  readonly vpc?: ec2.IVpc;
  /**
   * Which subnets of the existing `vpc` to look at, e.g. `{ subnets: [Subnet.fromSubnetAttributes(…)] }`.
   *
   * @default all that the CDK knows of the VPC; the blocks that the spec declares say which are used
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
  /**
   * Makes the subnets of the cluster's own VPC private: no internet gateway, no public address, no Elastic IP, nothing out or
   * in but through endpoints. Images then have to come from inside, e.g. from Amazon ECR by endpoints that you add to
   * `swarm.vpc`. For private machines that reach the internet by NAT, give a `vpc` that has one.
   *
   * @default false – a NAT gateway in each zone costs more than small machines do
   */
  readonly privateSubnets?: boolean;
  /**
   * Makes endpoints for what the machines need of AWS: Systems Manager and, in a VPC of the cluster's own, Amazon S3.
   *
   * @default true with `privateSubnets`, which are useless without. Else false: there is another way out, and an existing VPC
   * refuses a second endpoint for the same service with a private name (each costs by the hour besides)
   */
  readonly endpoints?: boolean;
  /**
   * More security groups for every machine, e.g. one that a database admits. An interface takes five in all unless the account's
   * quota was raised, and managers have two already.
   *
   * @default none; use `connections` to open ports
   */
  readonly securityGroups?: readonly ec2.ISecurityGroup[];
}

export interface SwarmNetworkProps extends NetworkChoices {
  readonly network: NetworkSpec;
}

/** Two choices that can't both be met. */
export class NetworkChoiceError extends Error {
  readonly code = 'NetworkChoice';
  constructor(found: string) {
    super(found);
    this.name = 'NetworkChoiceError';
  }
}

/**
 * The VPC and the subnets that the spec declares, made or found, and who may talk to whom in them.
 * @throws NetworkChoiceError, NoSubnetsError, SubnetMismatchError, ZoneCountError
 */
export class SwarmNetwork extends Construct {
  readonly vpc: ec2.IVpc;
  /** In the order of the zones. */
  readonly subnets: readonly ec2.ISubnet[];
  /** Every machine is in it; Swarm's gossip and overlay traffic flow between its members only. */
  readonly members: ec2.SecurityGroup;
  /** Managers are in it besides; members reach the Raft and cluster API of its machines. */
  readonly managers: ec2.SecurityGroup;
  /** Those that were given: on every machine. */
  readonly others: readonly ec2.ISecurityGroup[];
  private readonly blocks: readonly string[];

  constructor(scope: Construct, id: string, props: SwarmNetworkProps) {
    super(scope, id);
    refuseContradictions(props);
    const isolated = props.privateSubnets ?? false;
    this.blocks = subnetBlocks(props.network);
    if (props.vpc === undefined) {
      const { network, availabilityZones } = props;
      const vpc = ownVpc(this, { network, availabilityZones, isolated });
      this.vpc = vpc;
      this.subnets = isolated ? vpc.isolatedSubnets : vpc.publicSubnets;
    } else {
      this.vpc = props.vpc;
      this.subnets = declaredSubnets(props.network, props.vpc, props.vpcSubnets);
    }
    this.others = props.securityGroups ?? [];
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
    if (props.endpoints ?? isolated) {
      const { vpc, subnets, members } = this;
      // The route tables of an existing VPC are its owner's.
      new ServiceEndpoints(this, 'ServiceEndpoints', { vpc, subnets, members, s3: props.vpc === undefined });
    }
  }

  /** Of a machine, in the order in which they are listed on it. */
  securityGroupIds(role: 'manager' | 'other'): string[] {
    const own = role === 'manager' ? [this.members, this.managers] : [this.members];
    return [...own, ...this.others].map((group) => group.securityGroupId);
  }

  isPublic(subnet: ec2.ISubnet): boolean {
    return isPublic(this.vpc, subnet);
  }

  /** As the controller is told of the subnets: ids and zones resolved at deployment, blocks as declared. */
  references(): Deployment['subnets'] {
    return this.subnets.map((subnet, index) => ({
      id: subnet.subnetId,
      zone: subnet.availabilityZone,
      cidr: this.blocks[index] ?? subnet.ipv4CidrBlock,
    }));
  }
}

function refuseContradictions(props: SwarmNetworkProps): void {
  if (props.vpc === undefined) {
    if (props.vpcSubnets === undefined) return;
    throw new NetworkChoiceError('vpcSubnets was given without vpc; they are subnets of an existing VPC: give it too.');
  }
  const ownOnly = (['availabilityZones', 'privateSubnets'] as const).filter((name) => props[name] !== undefined);
  if (ownOnly.length === 0) return;
  throw new NetworkChoiceError(
    `${ownOnly.join(' and ')} was given with an existing vpc, whose subnets are in zones and public or private already; leave it out, and name the subnets by network.cidr of the spec.`,
  );
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
