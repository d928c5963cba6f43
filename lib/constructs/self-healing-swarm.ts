import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { TAG } from '../names.ts';
import { pets } from '../spec/groups.ts';
import { zoneOf } from '../spec/network.ts';
import type { ClusterSpec, Deployment } from '../spec/spec.ts';
import { Controller } from './controller.ts';
import { SwarmDeployment } from './deployment.ts';
import { Documents } from './documents.ts';
import { LaunchTemplates } from './launch-templates.ts';
import { SwarmNetwork } from './network.ts';
import { NodeRoles } from './node-roles.ts';
import { PetIdentity } from './pet-identity.ts';
import { StoreTable } from './store-table.ts';
import { warnAbout } from './warnings.ts';

export interface SelfHealingSwarmProps {
  /** The declared cluster, validated: from `parseSpec`. */
  readonly spec: ClusterSpec;
  /**
   * Names of the availability zones, as many as the spec declares. Changing them later replaces subnets, interfaces
   * and volumes.
   *
   * @default the first ones of the Region
   */
  readonly availabilityZones?: readonly string[];
  /**
   * What becomes of a pet's volume when the pet or the whole stack is removed: SNAPSHOT, RETAIN or DESTROY.
   *
   * @default RemovalPolicy.SNAPSHOT – the state can be had back and only its used blocks are paid for. A kept volume
   * would still carry its logical ID: a cluster made again under the same name would find two disks for one identity,
   * and an older copy of a manager's disk must never come back as that manager.
   */
  readonly volumeRemovalPolicy?: RemovalPolicy;
  /**
   * What becomes of the table of specs, launch records and events when the stack is removed.
   *
   * @default RemovalPolicy.DESTROY – the state of the cluster is never in it
   */
  readonly tableRemovalPolicy?: RemovalPolicy;
  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH – as long as the event log
   */
  readonly logRetention?: RetentionDays;
}

/**
 * A Docker Swarm that repairs itself: everything but the instances, which the controller in it launches, attaches,
 * joins and replaces from here on.
 */
export class SelfHealingSwarm extends Construct {
  readonly vpc: ec2.IVpc;
  /** Every machine is in it: open it, e.g. on port 443, for what the workloads publish. */
  readonly members: ec2.ISecurityGroup;
  readonly table: dynamodb.ITable;
  readonly controller: Controller;
  readonly deployment: SwarmDeployment;

  constructor(scope: Construct, id: string, props: SelfHealingSwarmProps) {
    super(scope, id);
    const { spec } = props;
    const { cluster } = spec;
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    warnAbout(this, spec);

    const network = new SwarmNetwork(this, 'Network', {
      network: spec.network,
      ...(props.availabilityZones === undefined ? {} : { availabilityZones: props.availabilityZones }),
    });
    const identities = this.defineIdentities(spec, network, props.volumeRemovalPolicy ?? RemovalPolicy.SNAPSHOT);
    const roles = new NodeRoles(this, 'NodeRoles', { spec });
    const templates = new LaunchTemplates(this, 'LaunchTemplates', { spec, network, roles });
    const documents = new Documents(this, 'Documents', { cluster });
    const { table } = new StoreTable(
      this,
      'Store',
      props.tableRemovalPolicy === undefined ? {} : { removalPolicy: props.tableRemovalPolicy },
    );

    this.controller = new Controller(this, 'Controller', {
      cluster,
      network,
      launchTemplateArns: templates.arns(),
      nodeRoles: roles.all(),
      tableArn: table.tableArn,
      tableName: table.tableName,
      logRetention,
    });
    const reconcile = this.controller.reconcile.function;
    this.deployment = new SwarmDeployment(this, 'Deployment', {
      spec,
      deployment: { launchTemplates: templates.references(), subnets: describeSubnets(network) },
      table,
      reconcile,
      logRetention,
    });
    this.deployment.runsAfter(network, roles, templates, documents, table, this.controller, ...identities);

    this.vpc = network.vpc;
    this.members = network.members;
    this.table = table;
    Tags.of(this).add(TAG.cluster, cluster);
  }

  private defineIdentities(spec: ClusterSpec, network: SwarmNetwork, removal: RemovalPolicy): PetIdentity[] {
    const scope = new Construct(this, 'Identities');
    const { members, managers } = network;
    return pets(spec).map(({ logicalId, group }) => {
      const subnet = network.subnets[zoneOf(spec.network, logicalId) ?? -1];
      const declared = spec.groups[group];
      if (subnet === undefined || declared === undefined) throw new UnplacedPetError(logicalId, spec);
      const groups = declared.flavor === 'swarm-manager' ? [members, managers] : [members];
      return new PetIdentity(scope, logicalId, {
        group,
        logicalId,
        subnet,
        securityGroupIds: groups.map((each) => each.securityGroupId),
        volume: declared.volume,
        volumeRemovalPolicy: removal,
      });
    });
  }
}

/** The spec did not come from `parseSpec`, which refuses such a logical ID. */
export class UnplacedPetError extends Error {
  readonly code = 'UnplacedPet';
  constructor(logicalId: string, spec: ClusterSpec) {
    super(
      `logical ID ${logicalId} is in no subnet of ${spec.network.cidr} (${spec.network.zones} subnets of /${spec.network.subnetMask}); validate the spec with parseSpec before using it.`,
    );
    this.name = 'UnplacedPetError';
  }
}

function describeSubnets(network: SwarmNetwork): Deployment['subnets'] {
  return network.subnets.map((subnet) => ({
    id: subnet.subnetId,
    zone: subnet.availabilityZone,
    cidr: subnet.ipv4CidrBlock,
  }));
}
