import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { TAG } from '../names.ts';
import { managerGroup } from '../spec/groups.ts';
import type { ClusterSpec } from '../spec/spec.ts';
import type { SelfHealingSwarm } from './self-healing-swarm.ts';

/** What an operator needs after a deployment: names, and commands to paste into a shell. */
export function addOutputs(stack: Stack, spec: ClusterSpec, swarm: SelfHealingSwarm): void {
  const output = (id: string, description: string, value: string) => new CfnOutput(stack, id, { description, value });
  const reconcile = swarm.controller.reconcile.function.functionName;
  output('TableName', 'Specs, launch records and the event log', swarm.table.tableName);
  output('ReconcileFunctionName', 'The reconciler', reconcile);
  output('DeploymentFunctionName', 'Answers CloudFormation', swarm.deployment.handler.function.functionName);
  output('FailureQueueUrl', 'Wake-ups that failed for good', swarm.controller.failures.queueUrl);
  output(
    'ReconcileNow',
    'Wakes the reconciler at once',
    `aws lambda invoke --region ${stack.region} --function-name ${reconcile} --invocation-type Event /dev/null`,
  );
  output(
    'ManagerShell',
    'Opens a shell on a running manager (needs the Session Manager plugin)',
    `aws ssm start-session --region ${stack.region} --target "$(${findManager(spec, stack.region)})"`,
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
