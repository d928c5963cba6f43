import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRIC } from '../metrics.ts';
import { TAG } from '../names.ts';
import { pets } from '../spec/groups.ts';
import { zoneOf } from '../spec/network.ts';
import type { ClusterSpec, FlavorName } from '../spec/spec.ts';
import { checkAdoption } from './adopted-volumes.ts';
import { SwarmAlarms } from './alarms.ts';
import { ClusterEntry } from './cluster-entry.ts';
import { SwarmConsole } from './console.ts';
import { Controller } from './controller.ts';
import { SwarmDashboard } from './dashboard.ts';
import { SwarmDeployment } from './deployment.ts';
import { Documents } from './documents.ts';
import { LaunchTemplates } from './launch-templates.ts';
import { SwarmNetwork } from './network.ts';
import { NodeRoles } from './node-roles.ts';
import { operateStatements } from './operate-policy.ts';
import { PetIdentity } from './pet-identity.ts';
import type { SelfHealingSwarmProps } from './self-healing-swarm-props.ts';
import { StoreTable } from './store-table.ts';
import { swarmMetric } from './swarm-metrics.ts';
import { tokenRotationOf } from './token-rotation.ts';
import { warnAbout } from './warnings.ts';

/**
 * A Docker Swarm that repairs itself: everything but the instances, which the controller in it launches, attaches,
 * joins and replaces from here on.
 */
export class SelfHealingSwarm extends Construct implements ec2.IConnectable {
  /** As it was given. */
  readonly spec: ClusterSpec;
  readonly vpc: ec2.IVpc;
  /** In the order of the zones. */
  readonly subnets: readonly ec2.ISubnet[];
  /** Every machine is in it. */
  readonly members: ec2.ISecurityGroup;
  /** Of all machines: e.g. `swarm.connections.allowFrom(balancer, ec2.Port.tcp(8080))` for what the workloads publish. */
  readonly connections: ec2.Connections;
  readonly table: dynamodb.ITable;
  readonly controller: Controller;
  readonly deployment: SwarmDeployment;
  /** What somebody on call has to be told of, and the topic by which. */
  readonly alarms: SwarmAlarms;
  /** The functions behind the dashboard: e.g. `swarm.console.look.function.grantInvoke(role)` lets somebody see the cluster. */
  readonly console: SwarmConsole;
  readonly dashboard: SwarmDashboard;
  private readonly roles: NodeRoles;

  constructor(scope: Construct, id: string, props: SelfHealingSwarmProps) {
    super(scope, id);
    const { spec, volumeKey } = props;
    const { cluster } = spec;
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    if (props.permissionsBoundary !== undefined) iam.PermissionsBoundary.of(this).apply(props.permissionsBoundary);

    checkAdoption(spec, props.adoptVolumes ?? {});
    const network = new SwarmNetwork(this, 'Network', { ...props, network: spec.network });
    warnAbout(this, spec, network);
    const identities = this.defineIdentities(props, network);
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
      volumeKey,
      logRetention,
    });
    const reconcile = this.controller.reconcile.function;
    const entry = new ClusterEntry(this, 'Entry', {
      cluster,
      tableName: table.tableName,
      reconcileFunctionName: reconcile.functionName,
    });
    this.console = new SwarmConsole(this, 'Console', {
      cluster,
      tableArn: table.tableArn,
      tableName: table.tableName,
      reconcileFunctionArn: reconcile.functionArn,
      reconcileFunctionName: reconcile.functionName,
      logRetention,
    });
    this.dashboard = new SwarmDashboard(this, 'Dashboard', {
      cluster,
      widgetFunctionArn: this.console.look.function.functionArn,
    });
    this.deployment = new SwarmDeployment(this, 'Deployment', {
      spec,
      deployment: {
        launchTemplates: templates.references(),
        subnets: network.references(),
        ...(volumeKey === undefined ? {} : { volumeKeyArn: volumeKey.keyArn }),
        ...tokenRotationOf(props),
        ...(props.adoptVolumes === undefined ? {} : { adoptedVolumes: props.adoptVolumes }),
      },
      table,
      reconcile,
      logRetention,
    });
    const { controller, console, dashboard } = this;
    this.deployment.runsAfter(network, roles, templates, documents, table, controller, console, dashboard, entry);
    this.deployment.runsAfter(...identities);

    this.alarms = new SwarmAlarms(this, 'Alarms', {
      spec,
      controller,
      ...tokenRotationOf(props),
      topic: props.alarmTopic,
      runbookUrl: props.runbookUrl,
    });
    this.alarms.node.addDependency(this.deployment);

    this.spec = spec;
    this.vpc = network.vpc;
    this.subnets = network.subnets;
    this.members = network.members;
    this.connections = new ec2.Connections({ securityGroups: [network.members] });
    this.table = table;
    this.roles = roles;
    Tags.of(this).add(TAG.cluster, cluster);
  }

  /**
   * The role of all machines of a flavor, e.g. to let the workers read a bucket. Containers reach its credentials only on the host's
   * network: the metadata service answers no further than the host.
   *
   * @throws Error when no group of the spec has the flavor
   */
  roleOf(flavor: FlavorName): iam.IRole {
    return this.roles.of(flavor).role;
  }

  /**
   * Lets somebody do what the command line `everswarm` does, on this cluster only: look, commit, wake. That is as good as root on its
   * machines, since a spec names what they run. Deploying the stack, and a shell by Session Manager, are not in it.
   */
  grantOperate(grantee: iam.IGrantable): iam.Grant {
    const [first, ...others] = operateStatements(this, {
      cluster: this.spec.cluster,
      tableArn: this.table.tableArn,
      reconcileFunctionArn: this.controller.reconcile.function.functionArn,
    }).map((statement) => grantOf(grantee, statement));
    return others.reduce((all, one) => all.combine(one), first ?? iam.Grant.drop(grantee, 'nothing to grant'));
  }

  /** Managers that answer and are reachable. The lowest of each minute, unless `options` says otherwise. */
  metricHealthyManagers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return swarmMetric(this.spec.cluster, METRIC.healthyManagers, cloudwatch.Stats.MINIMUM, options);
  }

  /** Managers that are declared. */
  metricDeclaredManagers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return swarmMetric(this.spec.cluster, METRIC.declaredManagers, cloudwatch.Stats.MAXIMUM, options);
  }

  /** How many more managers may be lost before the quorum is; below 0, it is lost. The lowest of each minute. */
  metricQuorumMargin(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return swarmMetric(this.spec.cluster, METRIC.quorumMargin, cloudwatch.Stats.MINIMUM, options);
  }

  /** Machines other than managers that are ready. The lowest of each minute. */
  metricHealthyWorkers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return swarmMetric(this.spec.cluster, METRIC.healthyWorkers, cloudwatch.Stats.MINIMUM, options);
  }

  /** From the first sign that something was amiss until all was as declared again, in seconds. The longest of each minute. */
  metricSecondsToWhole(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return swarmMetric(this.spec.cluster, METRIC.secondsToWhole, cloudwatch.Stats.MAXIMUM, options);
  }

  private defineIdentities(props: SelfHealingSwarmProps, network: SwarmNetwork): PetIdentity[] {
    const scope = new Construct(this, 'Identities');
    const { spec } = props;
    return pets(spec).map(({ logicalId, group }) => {
      const subnet = network.subnets[zoneOf(spec.network, logicalId) ?? -1];
      const declared = spec.groups[group];
      if (subnet === undefined || declared === undefined) throw new UnplacedPetError(logicalId, spec);
      return new PetIdentity(scope, logicalId, {
        group,
        logicalId,
        subnet,
        securityGroupIds: network.securityGroupIds(declared.flavor === 'swarm-manager' ? 'manager' : 'other'),
        publicAddress: network.isPublic(subnet),
        volume: declared.volume,
        volumeKey: props.volumeKey,
        volumeRemovalPolicy: props.volumeRemovalPolicy ?? RemovalPolicy.SNAPSHOT,
        adoptedVolume: props.adoptVolumes?.[logicalId],
      });
    });
  }
}

function grantOf(grantee: iam.IGrantable, statement: iam.PolicyStatement): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee,
    actions: statement.actions,
    resourceArns: statement.resources,
    conditions: statement.conditions,
  });
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
