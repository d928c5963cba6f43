import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Port } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IpTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { addOutputs, type ClusterSpec, managerGroup, SelfHealingSwarm } from 'everswarm';

/** The port that the service `web` publishes: `docker service create --name web --publish 8080:80 …`. */
const WEB = 8080;

/** A Swarm among other resources: a balancer before it, a bucket that its workers read, an alarm, and who may operate it. */
export class WebShop extends Stack {
  constructor(scope: Construct, id: string, spec: ClusterSpec) {
    super(scope, id);
    const swarm = new SelfHealingSwarm(this, 'Swarm', { spec, alarmTopic: new Topic(this, 'Pager') });
    addOutputs(this, swarm);
    this.balance(swarm, spec);
    this.keepPictures(swarm);
    this.alarm(swarm);
    swarm.grantOperate(new Role(this, 'OnCall', { assumedBy: new AccountRootPrincipal() }));
  }

  /**
   * Whichever machine runs a task, every one answers on the published port (Swarm's routing mesh). Managers keep
   * their addresses for life, so the balancer's targets never change, whatever happens to the machines.
   */
  private balance(swarm: SelfHealingSwarm, spec: ClusterSpec): void {
    const { allocation } = managerGroup(spec).group;
    const addresses = allocation.kind === 'logicalIds' ? allocation.logicalIds : [];
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: swarm.vpc,
      vpcSubnets: { subnets: [...swarm.subnets] },
      internetFacing: true,
    });
    const targets = new ApplicationTargetGroup(this, 'Web', {
      vpc: swarm.vpc,
      port: WEB,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      targets: addresses.map((address) => new IpTarget(address)),
      deregistrationDelay: Duration.seconds(30),
    });
    balancer.addListener('Http', { port: 80, defaultTargetGroups: [targets] });
    swarm.connections.allowFrom(balancer, Port.tcp(WEB), 'From the balancer');
  }

  /** Read by tasks on the host's network (`--network host`): others don't reach the machine's credentials. */
  private keepPictures(swarm: SelfHealingSwarm): void {
    const pictures = new Bucket(this, 'Pictures', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pictures.grantRead(swarm.roleOf('swarm-worker'));
  }

  /** The Swarm's own alarms go to the pager already; this one tells of healing that is slow, which is no alarm by itself. */
  private alarm(swarm: SelfHealingSwarm): void {
    const alarm = swarm.metricSecondsToWhole().createAlarm(this, 'SlowHealing', {
      alarmDescription: 'What was lost took more than five minutes to come back',
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 300,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(swarm.alarms.topic));
  }
}
