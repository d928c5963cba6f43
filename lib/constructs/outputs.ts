import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TAG } from '../names.ts';
import { managerGroup } from '../spec/groups.ts';
import type { ClusterSpec } from '../spec/spec.ts';
import type { SelfHealingSwarm } from './self-healing-swarm.ts';

/** What an operator needs after a deployment: commands to paste into a shell, and the names behind them. */
export function addOutputs(scope: Construct, swarm: SelfHealingSwarm): void {
  const { spec } = swarm;
  const { region } = Stack.of(scope);
  const output = (id: string, description: string, value: string) => new CfnOutput(scope, id, { description, value });
  const reconcile = swarm.controller.reconcile.function.functionName;
  output('TableName', 'Specs, launch records and the event log', swarm.table.tableName);
  output('ReconcileFunctionName', 'The reconciler', reconcile);
  output('DeploymentFunctionName', 'Answers CloudFormation', swarm.deployment.handler.function.functionName);
  output('FailureQueueUrl', 'Wake-ups that failed for good', swarm.controller.failures.queueUrl);
  output(
    'TellMeOfAlarms',
    'Subscribes an address to the alarms',
    `aws sns subscribe --region ${region} --topic-arn ${swarm.alarms.topic.topicArn} --protocol email --notification-endpoint you@example.com`,
  );
  output(
    'Status',
    'Shows the cluster: quorum, machines, what is being done',
    `AWS_REGION=${region} npx everswarm status --cluster ${spec.cluster}`,
  );
  output(
    'Console',
    'The cluster as a map, with graphs and buttons',
    `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${swarm.dashboard.dashboardName}`,
  );
  output(
    'ReconcileNow',
    'Wakes the reconciler at once',
    `aws lambda invoke --region ${region} --function-name ${reconcile} --invocation-type Event /dev/null`,
  );
  output(
    'ManagerShell',
    'Opens a shell on a running manager (needs the Session Manager plugin)',
    `aws ssm start-session --region ${region} --target "$(${findManager(spec, region)})"`,
  );
  output(
    'Docker',
    'Runs docker on a running manager, e.g. `swarm node ls` afterwards (needs the Session Manager plugin)',
    `swarm() { aws ssm start-session --region ${region} --document-name AWS-StartInteractiveCommand --parameters "{\\"command\\":[\\"sudo docker $*\\"]}" --target "$(${findManager(spec, region)})"; }; swarm node ls`,
  );
}

function findManager(spec: ClusterSpec, region: string): string {
  const filters = [
    `Name=tag:${TAG.cluster},Values=${spec.cluster}`,
    `Name=tag:${TAG.group},Values=${managerGroup(spec).name}`,
    'Name=instance-state-name,Values=running',
  ];
  return `aws ec2 describe-instances --region ${region} --filters ${filters.join(' ')} --query 'Reservations[0].Instances[0].InstanceId' --output text`;
}
