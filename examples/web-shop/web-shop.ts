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
    const swarm = new SelfHealingSwarm(this, 'Swarm', { spec });
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

  private alarm(swarm: SelfHealingSwarm): void {
    const pager = new Topic(this, 'Pager');
    const alarm = swarm.metricQuorumMargin().createAlarm(this, 'QuorumAtRisk', {
      alarmDescription: 'One more manager lost, and the Swarm can no longer be changed',
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(pager));
  }
}
